// The trainer's side of the page: holds the wasm modules and one run, and trains in slices so short that a message
// never waits long. Everything that touches a module goes through the loop's queue.
//
// The states that it posts to the page:
//
//             open, set, reset             play
//   loading ────────────────────▶ ready ───────────▶ running ◀───▶ paused
//      │       data and modules                         │   pause, play; step ends paused
//      └───────────────▶ error ◀────────────────────────┘
//        fetch failed            diverged, device, crash; reset opens the run again
//
// loop.js trains; opening.js opens and moves runs; images.js decodes a visitor's images; devices.js chooses the device; projection.js projects images;
// scoring.js scores them.

import { loadModule } from './assets.js';
import { bench } from './bench.js';
import { Devices } from './devices.js';
import { keepImages } from './images.js';
import { TrainLoop } from './loop.js';
import { Opening } from './opening.js';
import { pretrainedCheckpoint } from './pretrained.js';
import { isPanic, post, postProblem, postProgress, sentence } from './replies.js';
import { whatIsWrong } from './requests.js';

/** @import { LatentQuery, Request } from '../messages.js' */

const loop = new TrainLoop();
const devices = new Devices(loop);
const opening = new Opening(loop, devices);
devices.move = device => opening.move(device);

/** The newest of the page's queries: a slider asks more often than a slow network answers.
 * @type {LatentQuery | null} */
let newestQuery = null;

/** @param {LatentQuery} query */
async function setQuery(query) {
  if (!loop.run || query !== newestQuery) return;
  try {
    loop.run.playground.set_query(query);
  } catch (error) {
    if (isPanic(error)) throw error;
    return postProblem('setting', error, 'The picture stays as it was.');
  }
  await loop.show();
}

/** @param {number} id @param {Uint8Array} image */
function findNearest(id, image) {
  try {
    if (!loop.run) throw new Error('No run is open yet');
    post({ type: 'nearest', id, found: loop.run.playground.nearest(image) });
  } catch (error) {
    if (isPanic(error)) throw error;
    post({ type: 'failed', id, what: sentence(error) });
  }
}

/** @param {number} id @param {string} name */
async function fetchPretrained(id, name) {
  try {
    const bytes = await pretrainedCheckpoint(name, postProgress);
    post({ type: 'fetched-pretrained', id, bytes }, [bytes]);
  } catch (error) {
    post({ type: 'failed', id, what: sentence(error) });
  }
}

/** @param {Request} request */
async function receive(request) {
  switch (request.type) {
    case 'open':
      devices.choice = request.device;
      return opening.open(request.hash, request.play, request);
    case 'play':
      return loop.play();
    case 'pause':
      return loop.pause();
    case 'step':
      return loop.stepBy(request.id, request.n, request.paced ?? false);
    case 'update':
      return loop.update(request.id, request.network);
    case 'reset':
      return opening.reset();
    case 'speed':
      return loop.pace.limit(request.limit);
    case 'set':
      return opening.set(request.changes, request);
    case 'query':
      return setQuery(request.query);
    case 'project':
      return loop.projection.start(loop.run?.playground, request.projection, request.image, request.known);
    case 'stop-projection':
      return loop.projection.stop();
    case 'score':
      return loop.scoring.set(loop.run?.playground, request.on);
    case 'nearest':
      return findNearest(request.id, request.image);
    case 'device':
      return devices.choose(request.device);
    case 'save':
      return opening.save(request.id);
    case 'load':
      devices.choice = request.device;
      return opening.load(request);
    case 'images':
      return keepImages(request.images);
    case 'fetch-pretrained':
      // Not awaited: the run trains meanwhile.
      return void fetchPretrained(request.id, request.name);
    case 'bench':
      return bench(request.id, request.config);
  }
}

self.onmessage = ({ data }) => {
  const wrong = whatIsWrong(data);
  if (wrong) {
    const what = `The trainer cannot read a message: ${wrong}`;
    if (Number.isSafeInteger(data?.id)) post({ type: 'failed', id: data.id, what });
    return postProblem('setting', what, 'The run goes on without it.');
  }
  if (data.type === 'query') newestQuery = data.query;
  loop.queue.add(() => receive(data));
};
// A panic during an await surfaces here; its promise never settles.
self.addEventListener('unhandledrejection', event => loop.fail(event.reason));
loadModule('cpu', postProgress).then(
  ({ wasm }) => post({ type: 'presets', presets: wasm.presets() }),
  () => {},
);
loop.start();
