// Opening runs: from a link, with changed settings, from a checkpoint, and on another device.

import { holdExcessiveMemory, loadData, loadModule } from './assets.js';
import { ownImages, tellMissing } from './images.js';
import { pretrainedIndex } from './pretrained.js';
import { isPanic, post, postProblem, postProgress, postState, sentence } from './replies.js';
import { Run } from './run.js';

/** @import { Change, DataFiles, Device, ExperimentInfo, Request } from '../messages.js' */
/** @import { Devices } from './devices.js' */
/** @import { TrainLoop } from './loop.js' */

/** WebAssembly has 4 GB of addresses, of which the data, the module and pieces between them take some. */
const MOST_BYTES = 3 * 2 ** 30;

const UNUSABLE = 'The run here goes on. ./build.sh pretrained, on the server, makes the file anew.';

/** The data of an experiment: a visitor's images, or files of the server. @param {ExperimentInfo} info */
const dataOf = info =>
  info.settings.data === 'folder'
    ? ownImages(/** @type {any} */ (info.settings), postProgress)
    : loadData(info.files, postProgress);

/** Once a page is enough; again does no harm. */
const postPretrained = () => pretrainedIndex().then(index => post({ type: 'pretrained', index }));

export class Opening {
  /** The link last asked for: a download that another link has overtaken is dropped. */
  #wanted = '';

  /** @param {TrainLoop} loop @param {Devices} devices */
  constructor(loop, devices) {
    this.loop = loop;
    this.devices = devices;
  }

  /** `live`: the present run goes on with the experiment, where it can; `more`: as in 'set'.
   * @param {string} hash @param {boolean} play @param {{ live?: boolean, more?: boolean }} [how]
   * @returns {Promise<void>} */
  async open(hash, play, { live = false, more = false } = {}) {
    const { loop } = this;
    this.#wanted = hash;
    let cpu;
    try {
      cpu = (await loadModule('cpu', postProgress)).wasm;
    } catch (error) {
      const remedy = 'See that the page has been built and its server is running, then try again.';
      return postProblem('fetch', error, remedy, { fatal: true });
    }
    /** @type {ExperimentInfo} */
    let info;
    try {
      info = cpu.describe(hash);
    } catch (error) {
      const kept = loop.run ? 'The run before it continues.' : 'The first experiment opens instead.';
      const remedy = `Correct the link in the address bar, or choose an experiment. ${kept}`;
      postProblem('link', error, remedy, { followed: !loop.run });
      return loop.run ? undefined : this.open('', play);
    }
    // The same experiment again is another run of it.
    if (live && hash !== loop.run?.info.hash && (await this.#revise(hash, more))) return;
    if (!info.files.length && info.settings.data !== 'folder') return this.#begin(info, undefined, play);
    if (!loop.run) postState('loading');
    /** @param {DataFiles | undefined} files */
    const begin = files => loop.queue.add(() => (this.#wanted === hash ? this.#begin(info, files, play) : undefined));
    // Not awaited here, so that the page can change its mind during the download.
    dataOf(info).then(begin, error => {
      if (this.#wanted !== hash) return;
      const remedy = 'Drawn digits stand in until the data are here; try again.';
      postProblem('fetch', error, remedy, { followed: true });
      begin(undefined);
    });
  }

  /** The present run with other settings; false where it cannot go on with them. @param {string} hash
   * @param {boolean} more */
  async #revise(hash, more) {
    const { run, training } = this.loop;
    if (!run?.playground.revise(hash)) return false;
    run.info = run.playground.info();
    post({ type: 'revised', info: run.info, more });
    // Which shows the run too. A run that trains is shown after its next step.
    if (!more) await run.checkpoint(this.loop.pace.rate());
    else if (!training) await this.loop.show();
    this.devices.consider();
    return true;
  }

  /** An experiment that cannot be built. @param {unknown} error @param {string} remedy @param {boolean} play */
  async #refuse(error, remedy, play) {
    const { run } = this.loop,
      followed = !run && this.#wanted !== '';
    const next = followed ? 'The first experiment opens instead.' : 'Choose another experiment.';
    postProblem('setting', error, remedy + (run ? 'The run before it continues.' : next), { followed });
    if (followed) await this.open('', play);
  }

  /** @param {ExperimentInfo} info @param {DataFiles | undefined} files @param {boolean} play */
  async #begin(info, files, play) {
    const device = this.devices.deviceFor(info);
    const { wasm } = await loadModule(device, postProgress);
    if (device === 'cpu' && info.step_bytes > MOST_BYTES) {
      const needed = (info.step_bytes / 2 ** 30).toFixed(1);
      const what = `This experiment needs about ${needed} GB of memory; a page has ${MOST_BYTES / 2 ** 30} GB for it`;
      return this.#refuse(new Error(what), 'Lower the batch size or the widths. ', play);
    }
    if (holdExcessiveMemory(info)) {
      const { choice } = this.devices;
      return post({ type: 'replace', request: { type: 'open', hash: info.hash, device: choice, play } });
    }
    post({ type: 'opening', info });
    let playground;
    try {
      playground = wasm.Playground.open(info.hash, device, files);
    } catch (error) {
      if (isPanic(error)) throw error;
      return this.#refuse(error, '', play);
    }
    await this.#adopt(new Run(playground, device, files), true, play);
  }

  /** `restarted`: whether it is another run, and not the same one on another device.
   * @param {Run} run @param {boolean} restarted @param {boolean} play @param {boolean} [pretrained] */
  async #adopt(run, restarted, play, pretrained = false) {
    const { loop } = this;
    const { name } = await loadModule(run.device, postProgress);
    loop.scoring.stop();
    loop.run?.free();
    loop.run = run;
    loop.pace.restart();
    if (restarted) {
      loop.dropGoals('Another run was opened');
      loop.playing = play;
      loop.projection.stop();
    }
    this.#postOpened(name, restarted, pretrained);
    if (restarted && run.info.kind === 'gallery') postPretrained();
    await loop.show();
    if (restarted) postState(loop.playing ? 'running' : 'ready');
    tellMissing();
    this.devices.consider();
  }

  /** @param {string} deviceName @param {boolean} restarted @param {boolean} [pretrained] */
  #postOpened(deviceName, restarted, pretrained = false) {
    const { run } = this.loop;
    if (!run) return;
    const { info, device } = run;
    post({ type: 'opened', info, device, device_name: deviceName, choice: this.devices.choice, restarted, pretrained });
  }

  /** Changes settings together, all or none. @param {Change[]} changes
   * @param {{ live: boolean, more?: boolean }} how */
  async set(changes, how) {
    const { run, playing } = this.loop;
    if (!run) return;
    const { wasm } = await loadModule('cpu', postProgress);
    let hash;
    try {
      hash = wasm.revise(run.info.hash, changes.flat());
    } catch (error) {
      if (isPanic(error)) throw error;
      const what = sentence(error);
      return post({ type: 'problem', kind: 'setting', what, remedy: 'It stays as it was.', fatal: false, changes });
    }
    await this.open(hash, playing, how);
  }

  /** Back to step 0, where the run waits. */
  async reset() {
    const { run } = this.loop;
    if (run) await this.open(run.info.hash, false);
  }

  /** `pretrained`: the experiment that the checkpoint must be of.
   * @param {Extract<Request, { type: 'load' }>} request */
  async load({ bytes: buffer, play, pretrained }) {
    const { run: present } = this.loop;
    // The visitor has gone on to another experiment.
    if (pretrained !== undefined && present && present.info.hash !== pretrained) return;
    try {
      const { wasm } = await loadModule('cpu', postProgress);
      const bytes = new Uint8Array(buffer);
      const described = wasm.describe_checkpoint(bytes),
        { hash } = described;
      if (pretrained !== undefined && hash !== pretrained)
        throw new Error(`The pre-trained run is of another experiment: #${hash.slice(0, 200)}`);
      const files = await dataOf(described).catch(() => undefined);
      const playground = await wasm.Playground.load(bytes, 'cpu', files);
      const run = new Run(playground, 'cpu', files);
      // Only here, where the file is known to be sound: a worker that is replaced loses its run.
      if (holdExcessiveMemory(run.info)) {
        run.free();
        const device = this.devices.choice;
        const request = /** @type {const} */ ({ type: 'load', bytes: buffer, device, play, pretrained });
        return post({ type: 'replace', request }, [buffer]);
      }
      this.#wanted = run.info.hash;
      await this.#adopt(run, true, play, pretrained !== undefined);
      // The first place to go on from: the page cannot train up to this step.
      await run.checkpoint(this.loop.pace.rate());
      if (!play) postState('paused');
    } catch (error) {
      if (isPanic(error)) throw error;
      const followed = !this.loop.run;
      if (pretrained !== undefined) postProblem('pretrained', error, UNUSABLE, { followed });
      else postProblem('checkpoint', error, 'Choose a .safetensors file that Counterfeit has saved.', { followed });
      if (followed) await this.open('', play);
    }
  }

  /** @param {number} id */
  async save(id) {
    const { run } = this.loop;
    if (!run) return post({ type: 'failed', id, what: 'No run is open yet' });
    // Shown, so that the picture is that of the step in the file.
    const step = await run.show(this.loop.pace.rate());
    const bytes = await run.playground.save();
    post({ type: 'saved', id, step, bytes }, [bytes.buffer]);
  }

  /** The same run on another device, by a checkpoint. @param {Device} device */
  async move(device) {
    const { run, playing } = this.loop;
    if (!run) return;
    if (run.device === device) return this.#postOpened((await loadModule(device, postProgress)).name, false);
    await run.checkpoint(this.loop.pace.rate());
    const bytes = await run.playground.save();
    try {
      const { wasm } = await loadModule(device, postProgress);
      const playground = await wasm.Playground.load(bytes, device, run.files);
      await this.#adopt(new Run(playground, device, run.files), false, playing);
    } catch (error) {
      if (isPanic(error)) throw error;
      postProblem('device', error, `The run stays on the ${run.device === 'cpu' ? 'CPU' : 'GPU'}.`);
    }
  }
}
