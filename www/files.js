// Links and files: copying a link, saving a run, and opening a saved one.

import { announce } from './announce.js';
import { byId } from './views/element.js';

/** @import { Store } from './state.js' */
/** @import { Runs } from './runs.js' */

/** More bytes are not read. */
const LARGE = { text: 2 ** 24, run: 2 ** 30 };

/** @param {Store} store @param {Runs} trainer @param {(text: string) => void} openSamples */
export function files(store, trainer, openSamples) {
  byId('share').onclick = async event => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const link = new URL(`#${store.model.info?.hash ?? ''}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = 'Copied';
      announce('The link is copied.');
      setTimeout(() => {
        button.textContent = 'Copy link';
      }, 1500);
    } catch {
      prompt('This link replays the run:', link);
    }
  };

  byId('save').onclick = async () => {
    const answer = await trainer.request({ type: 'save' }).catch(() => null);
    if (!answer) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([answer.bytes]));
    link.download = `${store.model.info?.name ?? 'counterfeit'}-${answer.step}.safetensors`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    announce('The run is saved.');
  };

  /** @param {string} what */
  const refuse = what => {
    const remedy = 'Choose a .safetensors file that Counterfeit has saved, or a .csv file of samples.';
    store.dispatch({ type: 'problem', kind: 'checkpoint', what, remedy, fatal: false });
  };
  /** @param {File} file */
  const openFile = async file => {
    const isText = /\.(csv|tsv|txt)$/i.test(file.name);
    if (!isText && file.size > LARGE.run) return refuse(`${file.name} is larger than any saved run`);
    let bytes;
    try {
      if (isText) return openSamples(await file.slice(0, LARGE.text).text());
      bytes = await file.arrayBuffer();
    } catch {
      // A folder, or a file that has gone.
      return refuse(`${file.name} could not be read`);
    }
    trainer.post({ type: 'load', bytes, device: store.model.choice, play: false }, [bytes]);
  };
  const file = /** @type {HTMLInputElement} */ (byId('file'));
  byId('open').onclick = () => file.click();
  file.onchange = () => {
    const chosen = file.files?.[0];
    if (chosen) openFile(chosen);
    file.value = '';
  };
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', event => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) openFile(dropped);
    else refuse('What was dropped is not a file');
  });
}
