// A visitor's own images: a folder, several files, or a ZIP of them. They go to the trainer as they are, which decodes
// them at the size of its experiment.

/** @import { OwnImage } from './messages.js' */
/** An image file and its path, as `dogs/1.png`. @typedef {{ path: string, file: Blob }} Entry */

/** More images are left out; larger files and archives are not read. */
const MOST = { images: 20_000, file: 2 ** 26, zip: 2 ** 30 };

/** @param {string} path */
const isImage = path => /\.(png|jpe?g|webp)$/i.test(path) && !/(^|\/)\./.test(path);
/** @param {{ name: string }} file */
export const isZip = ({ name }) => /\.zip$/i.test(name);

/** The images of a file or folder that was dropped. @param {FileSystemEntry} entry @param {string} [path]
 * @returns {AsyncGenerator<Entry>} */
async function* below(entry, path = entry.name) {
  if (entry.isFile) {
    const { file } = /** @type {FileSystemFileEntry} */ (entry);
    if (isImage(path)) yield { path, file: await new Promise((done, failed) => file.call(entry, done, failed)) };
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    // A hundred at a time.
    const some = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ done, failed) =>
      reader.readEntries(done, failed),
    );
    if (!some.length) return;
    for (const inner of some) yield* below(inner, `${path}/${inner.name}`);
  }
}

/** The images of what was dropped. @param {FileSystemEntry[]} dropped */
export async function ofDropped(dropped) {
  /** @type {Entry[]} */
  const found = [];
  for (const entry of dropped)
    for await (const image of below(entry)) {
      if (found.length < MOST.images) found.push(image);
    }
  return labelled(found);
}

/** The images among files. @param {File[]} files */
export const ofFiles = files =>
  labelled(
    files
      .filter(file => isImage(file.name))
      .slice(0, MOST.images)
      .map(file => ({ path: file.name, file })),
  );

/** The images of a ZIP. @param {File} file */
export async function ofZip(file) {
  if (file.size > MOST.zip) throw new Error(`${file.name} is larger than ${MOST.zip / 2 ** 30} GB`);
  const [{ unzip }, bytes] = await Promise.all([import('./vendor/fflate.js'), file.arrayBuffer()]);
  let count = 0,
    room = MOST.zip;
  const contents = await new Promise(
    (/** @type {(contents: Record<string, Uint8Array<ArrayBuffer>>) => void} */ done, failed) =>
      unzip(
        new Uint8Array(bytes),
        {
          // Lengths that an archive promises are those that it gets.
          filter: ({ name, originalSize }) => {
            const takes = isImage(name) && originalSize <= MOST.file && count < MOST.images && originalSize <= room;
            if (takes) [count, room] = [count + 1, room - originalSize];
            return takes;
          },
        },
        (error, contents) =>
          error ? failed(new Error(`${file.name} is no whole ZIP file`)) : done(/** @type {any} */ (contents)),
      ),
  );
  return labelled(Object.entries(contents).map(([path, bytes]) => ({ path, file: new Blob([bytes]) })));
}

/** The images, each with the number of its class: that of its folder in the one that holds all of them.
 * @param {Entry[]} entries @returns {OwnImage[]} */
function labelled(entries) {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const folders = sorted.map(({ path }) => path.split('/').slice(0, -1));
  while (folders.length && folders.every(folder => folder.length && folder[0] === folders[0][0]))
    folders.forEach(folder => folder.shift());
  const names = [...new Set(folders.map(folder => folder[0] ?? ''))].sort();
  return sorted.map(({ path, file }, i) => ({
    file,
    name: path,
    label: Math.min(names.indexOf(folders[i][0] ?? ''), 255),
  }));
}
