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

  /** @param {File | undefined | null} file */
  const openFile = async file => {
    if (!file) return;
    if (/\.(csv|tsv|txt)$/i.test(file.name)) return openSamples(await file.slice(0, LARGE.text).text());
    if (file.size > LARGE.run) {
      return store.dispatch({
        type: 'problem',
        kind: 'checkpoint',
        what: `${file.name} is larger than any saved run`,
        remedy: 'Choose a .safetensors file that Counterfeit has saved.',
        fatal: false,
      });
    }
    const bytes = await file.arrayBuffer();
    trainer.post({ type: 'load', bytes, device: store.model.choice, play: false }, [bytes]);
  };
  const file = /** @type {HTMLInputElement} */ (byId('file'));
  byId('open').onclick = () => file.click();
  file.onchange = () => {
    openFile(file.files?.[0]);
    file.value = '';
  };
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', event => {
    event.preventDefault();
    openFile(event.dataTransfer?.files[0]);
  });
}
