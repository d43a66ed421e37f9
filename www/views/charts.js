// The charts over the steps of a run. chart-list.js has what each shows, chart-figure.js shows it.

import { readOptions, writeOptions } from '../chart-options.js';
import { otherOf } from '../both-runs.js';
import { chartFigure } from './chart-figure.js';
import { CHARTS } from './chart-list.js';
import { chartToolbar, comparisons } from './chart-toolbar.js';
import { byId } from './element.js';

/** @import { ChartOptions } from '../chart-options.js' */
/** @import { Evidence } from '../diagnosis.js' */
/** @import { Model, Store } from '../state.js' */

/** The interval between draws of a chart. */
const EVERY_MS = 200;
const frame = () => new Promise(requestAnimationFrame);

/** @param {Store} store */
export function charts(store) {
  let options = readOptions();
  /** @param {Partial<ChartOptions>} changes */
  function set(changes) {
    options = { ...options, ...changes };
    writeOptions(options);
    store.draw();
  }
  const input = {
    /** @param {number | null} step */
    cursor(step) {
      if (step !== store.model.cursor) store.dispatch({ type: 'cursor', step });
    },
    /** @param {readonly [number, number] | null} range */
    zoom: range => store.dispatch({ type: 'zoom', range }),
    at: () => store.model.cursor,
    zoomed: () => store.model.zoom,
  };
  const acts = {
    input,
    /** @param {string} id @param {boolean} open */
    fold: (id, open) => set({ open: { ...options.open, [id]: open } }),
    /** @param {string} series */
    hide(series) {
      const { hidden } = options;
      set({ hidden: hidden.includes(series) ? hidden.filter(other => other !== series) : [...hidden, series] });
    },
  };
  const drawToolbar = chartToolbar(store, set);
  const drawComparisons = comparisons(store);
  const figures = CHARTS.map(row => chartFigure(row, acts));
  /** To be drawn: one a frame, so that no frame has to draw them all. @type {Set<(typeof figures)[number]>} */
  const due = new Set();
  let drawing = false;
  async function drawDue() {
    if (drawing) return;
    drawing = true;
    for (const one of due) {
      due.delete(one);
      await one.draw(store.model, options, evidence);
      await frame();
    }
    drawing = false;
  }
  /** The intervals that are marked. @type {Evidence[]} */
  let evidence = [];
  let turn = 0,
    at = 0;
  /** @type {unknown[]} */
  let drawn = [];
  /** @type {number | null} */
  let pointed = null;
  return {
    redraw() {
      for (const one of figures) one.redraw();
    },
    /** Marks these intervals, and no others, in the next draw. @param {Evidence[]} intervals */
    mark(intervals) {
      evidence = intervals;
    },
    /** Unfolds charts, and scrolls to the first. @param {string[]} ids */
    async reveal(ids) {
      set({ open: { ...options.open, ...Object.fromEntries(ids.map(id => [id, true])) } });
      // It has its size once it is drawn.
      await figures[CHARTS.findIndex(({ id }) => id === ids[0])].draw(store.model, options, evidence);
      byId(`${ids[0]}-figure`).scrollIntoView({ block: 'nearest' });
    },
    /** @param {Model} model */
    draw(model) {
      const { history, viewing, state, zoom, previous, baseline } = model;
      const newest = state === 'running' ? 0 : model.live;
      const other = otherOf(model);
      const now = [
        history,
        viewing,
        state,
        newest,
        zoom,
        previous,
        baseline,
        options,
        evidence,
        other?.history,
        other?.info,
      ];
      drawToolbar(model, options);
      drawComparisons(model);
      if (model.cursor !== pointed) {
        pointed = model.cursor;
        for (const one of figures) one.write(model, options);
      }
      if (now.some((value, i) => value !== drawn[i])) {
        drawn = now;
        for (const one of figures) due.add(one);
      } else if (state === 'running' && performance.now() - at > EVERY_MS / figures.length) {
        at = performance.now();
        due.add(figures[turn++ % figures.length]);
      }
      drawDue();
    },
  };
}
