// Links and files: copying a link, saving a run, and opening a saved one.

import { announce } from './announce.js';
import { isZip, ofDropped, ofFiles, ofZip } from './own-images.js';
import { byId } from './views/element.js';

/** @import { OwnImage } from './messages.js' */
/** @import { Store } from './state.js' */
/** @import { Runs } from './runs.js' */

/** Images that are tried before a run is given up for them. */
const TRIED = 20;
/** More bytes are not read. */
const LARGE = { text: 2 ** 24, run: 2 ** 30 };

/** Whether one of the first images can be read. @param {OwnImage[]} images */
async function isReadable(images) {
  for (const { file } of images.slice(0, TRIED))
    try {
      (await createImageBitmap(file)).close();
      return true;
    } catch {
      // Perhaps the next.
    }
  return false;
}

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
    const remedy =
      'Choose a .safetensors file that Counterfeit has saved, a .csv file of samples, or images: a folder, or a ZIP.';
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
  /** The run trains on images from here on, or another one does. @param {OwnImage[]} images */
  const openImages = async images => {
    if (!images.length) return refuse('There is no PNG, JPEG or WebP image in it');
    if (!(await isReadable(images))) return refuse(`${images[0].name} is no image that this browser can read`);
    announce(`${images.length} images are read.`);
    trainer.post({ type: 'images', images });
    const { info, choice } = store.model;
    if (info?.kind === 'gallery')
      trainer.post({
        type: 'set',
        changes: [
          ['data', 'folder'],
          ['examples_per_class', '0'],
        ],
        live: false,
      });
    else
      trainer.post({
        type: 'open',
        hash: 'preset=digits-mlp&data=folder&examples_per_class=0',
        device: choice,
        play: true,
      });
  };
  /** @param {File[]} chosen */
  const openFiles = async chosen => {
    const images = ofFiles(chosen);
    if (images.length) return openImages(images);
    if (!isZip(chosen[0])) return openFile(chosen[0]);
    try {
      openImages(await ofZip(chosen[0]));
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error));
    }
  };
  const file = /** @type {HTMLInputElement} */ (byId('file'));
  byId('open').onclick = () => file.click();
  file.onchange = () => {
    const chosen = [...(file.files ?? [])];
    if (chosen.length) openFiles(chosen);
    file.value = '';
  };
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', async event => {
    event.preventDefault();
    const { items, files } = event.dataTransfer ?? {};
    // Before the first await: then they are gone.
    const entries = [...(items ?? [])].flatMap(item => item.webkitGetAsEntry() ?? []);
    if (entries.some(entry => entry.isDirectory)) {
      const images = await ofDropped(entries).catch(() => null);
      return images ? openImages(images) : refuse('The folder could not be read');
    }
    if (files?.length) openFiles([...files]);
    else refuse('What was dropped is not a file');
  });
}
