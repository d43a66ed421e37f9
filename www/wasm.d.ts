// Generated from Rust by the test `types_are_current` of src/messages.rs, which says how.

/**
 * The state of a GAN after a step. Arrays are row-major; numbers that are not finite are `null`.
 */
export type Snapshot = { 
/**
 * Generator updates so far.
 */
step: number, 
/**
 * The last discriminator loss; `null` before the first step.
 */
d_loss: number | null, 
/**
 * The last generator loss.
 */
g_loss: number | null, 
/**
 * Mean of sigmoid(D) over the last real batch.
 */
d_real: number | null, 
/**
 * Mean of sigmoid(D) over the last fake batch.
 */
d_fake: number | null, 
/**
 * Mean logit over the last real batch: the score, where D's output is no probability.
 */
score_real: number | null, 
/**
 * Mean logit over the last fake batch.
 */
score_fake: number | null, 
/**
 * Minus the discriminator's loss, V(D, G) in the original game: over the densities of a line, else in the last step.
 * `null` where more than the outputs decides it.
 */
value: number | null, 
/**
 * The maximum of the value over all discriminators; `null` where it is not known.
 */
value_ceiling: number | null, 
/**
 * Further terms of the losses, and the state of the objective and the regularisers.
 */
terms: Array<Reading>, 
/**
 * Metrics of the samples with their noise floors. Empty for images.
 */
metrics: Array<Reading>, 
/**
 * `null` for mixtures of more than two dimensions.
 */
picture: Picture | null, };

/**
 * A value of a quantity, with what is needed to show it.
 */
export type Reading = { 
/**
 * `null` where it is not finite.
 */
value: number | null, 
/**
 * The mean value of ideal samplers; `null` of a term.
 */
floor: number | null, 
/**
 * Its key in `--json` and in messages.
 */
name: string, 
/**
 * The term in the field.
 */
label: string, 
/**
 * Its definition in a sentence, with the source.
 */
help: string, 
/**
 * How its values are written.
 */
format: Format, 
/**
 * Which values are good.
 */
better: Better, };

/**
 * A metric of samples, or a term of a training step. Each is defined where it is computed.
 */
export type Quantity = { 
/**
 * Its key in `--json` and in messages.
 */
name: string, 
/**
 * The term in the field.
 */
label: string, 
/**
 * Its definition in a sentence, with the source.
 */
help: string, 
/**
 * How its values are written.
 */
format: Format, 
/**
 * Which values are good.
 */
better: Better, };

/**
 * How values are written.
 */
export type Format = "count" | "percent" | "nats" | "number";

/**
 * Which values are good.
 */
export type Better = "lower" | "higher" | "neither";

/**
 * A picture of a run.
 */
export type Picture = { "kind": "line" } & Line | { "kind": "plane" } & Plane | { "kind": "gallery" } & Gallery | { "kind": "phase" } & Phase;

/**
 * The scale of the discriminator's output.
 */
export type Scale = { 
/**
 * Whether it is the probability that a sample is real, sigmoid(D); else it is a score without bounds.
 */
probability: boolean, 
/**
 * The output at the equilibrium; `null` where only differences of scores mean anything.
 */
undecided_output: number | null, };

/**
 * Densities and D(x) over one axis, at equally spaced points from `low` to `high`.
 */
export type Line = { 
/**
 * The axis' left end.
 */
low: number, 
/**
 * The axis' right end.
 */
high: number, 
/**
 * The target's density.
 */
real: Float32Array, 
/**
 * The generator's density, estimated from its samples.
 */
generated: Float32Array, 
/**
 * D(x).
 */
discriminator: Float32Array, 
/**
 * The optimal discriminator for these two densities; empty where the objective has none in closed form.
 */
optimal: Float32Array, 
/**
 * Some of the generator's samples.
 */
samples: Float32Array, 
/**
 * The gradient of D's logit at the first of these samples: the direction in which the generator moves them.
 */
gradients: Float32Array, 
/**
 * Latents and their samples, where they were asked for.
 */
map: LatentMap | null, 
/**
 * Whether it is the probability that a sample is real, sigmoid(D); else it is a score without bounds.
 */
probability: boolean, 
/**
 * The output at the equilibrium; `null` where only differences of scores mean anything.
 */
undecided_output: number | null, };

/**
 * Samples and D over a square.
 */
export type Plane = { 
/**
 * Both axes' low end.
 */
low: number, 
/**
 * Both axes' high end.
 */
high: number, 
/**
 * x, y of some real samples.
 */
real: Float32Array, 
/**
 * x, y of some generated ones.
 */
generated: Float32Array, 
/**
 * x, y of the gradient of D's logit at the first generated ones.
 */
gradients: Float32Array, 
/**
 * Cells on a side of the lattice.
 */
cells: number, 
/**
 * D at the lattice's points, rows from the low y to the high one.
 */
discriminator: Float32Array, 
/**
 * The optimal discriminator there, for both densities smoothed by the same kernel; NaN where both densities are
 * near 0. Empty where the objective has none in closed form.
 */
optimal: Float32Array, 
/**
 * A grid of latents and its samples, where it was asked for.
 */
map: LatentMap | null, 
/**
 * Whether it is the probability that a sample is real, sigmoid(D); else it is a score without bounds.
 */
probability: boolean, 
/**
 * The output at the equilibrium; `null` where only differences of scores mean anything.
 */
undecided_output: number | null, };

/**
 * Images, one after another, one byte a pixel and channel: 0 black, 255 white.
 */
export type Gallery = { 
/**
 * Pixels on a side.
 */
size: number, 
/**
 * 1, or 3 for red, green and blue, which follow one another in an image.
 */
channels: number, 
/**
 * Images on each side.
 */
count: number, 
/**
 * Generated images that follow one another from the same latent: two where the generator makes two views.
 */
views: number, 
/**
 * Generated images, from fixed latents.
 */
generated: Uint8Array, 
/**
 * The class of each fixed latent, the same ones together; empty without classes.
 */
classes: Uint8Array, 
/**
 * Real images.
 */
real: Uint8Array, 
/**
 * The interpolation between two generated images, both included; empty where none is set.
 */
interpolation: Uint8Array, 
/**
 * The terms of latent arithmetic, and the result; empty where none is set.
 */
arithmetic: Uint8Array, 
/**
 * The points of the plane through three latents; empty where none is set.
 */
pad: Uint8Array, 
/**
 * Whether these points are scaled to the norm of latents at the plane's corners.
 */
pad_keeps_norm: boolean, };

/**
 * A Dirac-GAN: the generator is the number θ, the discriminator D(x) = ψ x.
 */
export type Phase = { 
/**
 * θ and ψ are shown from `-reach` to `reach`.
 */
reach: number, 
/**
 * The data: θ should converge to it, with ψ = 0.
 */
truth: number, 
/**
 * θ now.
 */
theta: number, 
/**
 * ψ now.
 */
psi: number, 
/**
 * θ, ψ of the first steps, one after another.
 */
start: Float32Array, 
/**
 * θ, ψ of the last steps.
 */
trail: Float32Array, 
/**
 * Points on a side of the lattice of arrows.
 */
cells: number, 
/**
 * dθ, dψ of gradient descent at each point of the lattice, rows from the low ψ to the high one.
 */
flow: Float32Array, };

/**
 * The kind of an experiment's picture.
 */
export type Kind = "line" | "plane" | "gallery" | "phase";

/**
 * An experiment as the page shows it.
 */
export type ExperimentInfo = { 
/**
 * The link's text after `#`: the whole experiment.
 */
hash: string, 
/**
 * Its name.
 */
name: string, 
/**
 * The kind of its picture.
 */
kind: Kind, 
/**
 * Every setting by name.
 */
settings: Record<string, unknown>, 
/**
 * Whether the discriminator's output is a probability, trained with the cross-entropy.
 */
outputs_probability: boolean, 
/**
 * Parameters of the generator.
 */
generator_parameters: number, 
/**
 * Parameters of the discriminator.
 */
discriminator_parameters: number, 
/**
 * Numbers in a row of the generator's input, and after each of its matrix products and convolutions.
 */
generator_widths: number[], 
/**
 * The same of the discriminator.
 */
discriminator_widths: number[], 
/**
 * Multiplications in a step's matrix products and convolutions, about.
 */
step_multiplications: number, 
/**
 * Bytes of memory that a step needs, about.
 */
step_bytes: number, 
/**
 * The training files of its dataset, relative to the folder of all data; none where it needs no files.
 */
files: Array<string>, 
/**
 * Whether drawn digits stand in for the dataset, whose files are missing.
 */
stands_in: boolean, 
/**
 * That as a sentence, or ''.
 */
note: string, };

/**
 * A named experiment.
 */
export type PresetInfo = { 
/**
 * Its name.
 */
name: string, 
/**
 * A sentence about it.
 */
about: string, 
/**
 * The kind of its picture.
 */
kind: Kind, 
/**
 * Its link's text after `#`.
 */
hash: string, 
/**
 * The value of its setting `data`.
 */
data: string, };

/**
 * The state of a projection.
 */
export type ProjectionState = { 
/**
 * Updates so far.
 */
step: number, 
/**
 * Updates in all.
 */
steps: number, 
/**
 * The mean squared difference of known pixels, in [−1, 1].
 */
error: number | null, 
/**
 * The least such error among the latents at the start.
 */
start: number | null, 
/**
 * The generator's best image, one byte a pixel.
 */
sample: Uint8Array, 
/**
 * The given image, with the best image's pixels where it is unknown.
 */
filled: Uint8Array, };

/**
 * The training image nearest to a given image, by Euclidean distance with pixels in [−1, 1].
 */
export type NearestImage = { 
/**
 * Its number among the training images: of equally near ones the first.
 */
index: number, 
/**
 * The number of training images.
 */
count: number, 
/**
 * Its distance from the given image.
 */
distance: number, 
/**
 * Its distance from the nearest other training image; `null` where it is the only one.
 */
neighbour: number | null, 
/**
 * The training image, one byte a pixel.
 */
image: Uint8Array, };

/**
 * The result of a slice of scoring.
 */
export type ScoringState = { 
/**
 * Slices of the classifier's training and test that are done; `null` when all are.
 */
done: number | null, 
/**
 * All of these.
 */
of: number | null, 
/**
 * Whether the generator has not changed since it was scored.
 */
unchanged: boolean, 
/**
 * New scores.
 */
scores: ClassScores | null, };

/**
 * Scores of generated images by a classifier of the run's own images.
 */
export type ClassScores = { 
/**
 * The step of the generator.
 */
step: number, 
/**
 * The number of generated images.
 */
samples: number, 
/**
 * The share of each of the ten classes among the generated images.
 */
classes: Float32Array, 
/**
 * The same of as many real images.
 */
real: Float32Array, 
/**
 * The metrics with their noise floors.
 */
metrics: Array<Reading>, 
/**
 * Real images that the classifier learned from.
 */
trained_on: number, 
/**
 * Real images that were held out from that, for its test.
 */
tested_on: number, 
/**
 * The share of these that it classifies correctly.
 */
accuracy: number, };

/**
 * Lines through the latent space, and where the generator maps them. All coordinates of a latent but the first, or the
 * first two, are 0.
 */
export type LatentMap = { 
/**
 * Points on each line.
 */
points: number, 
/**
 * Coordinates of a latent, of which the first vary: one or two.
 */
latent_dim: number, 
/**
 * The coordinates that vary.
 */
varied: number, 
/**
 * The class of all of them, where the generator is conditioned.
 */
class: number | null, 
/**
 * Those coordinates of each point.
 */
latents: Float32Array, 
/**
 * Their samples: x, or x, y.
 */
samples: Float32Array, };

/**
 * An update of one network. Of its samples the first ones, at most 64.
 */
export type UpdateView = { 
/**
 * The network.
 */
network: Updated, 
/**
 * Discriminator updates before an update of the generator, at this step.
 */
n_critic: number, 
/**
 * Samples in the batch.
 */
batch: number, 
/**
 * Samples of which each output is.
 */
pack: number, 
/**
 * The generator's input, `[n, generator_inputs]`.
 */
latents: Float32Array, 
/**
 * Real samples, `[n, d_dim]`; none in an update of the generator.
 */
real: Float32Array, 
/**
 * The generator's samples for these latents before the update, `[n, d_dim]`.
 */
fake: Float32Array, 
/**
 * The same after an update of the generator.
 */
moved: Float32Array, 
/**
 * The discriminator's outputs before the update, one for each pack: for the real samples.
 */
real_outputs: Float32Array, 
/**
 * For the fakes.
 */
fake_outputs: Float32Array, 
/**
 * The mean output over all real samples of the batch; `null` in an update of the generator.
 */
mean_real: number | null, 
/**
 * Over all fakes.
 */
mean_fake: number, 
/**
 * The loss without further terms.
 */
loss: number, 
/**
 * The norm of the gradient of the whole loss.
 */
gradient_norm: number, };

/**
 * The network that an update changes.
 */
export type Updated = "discriminator" | "generator";

/**
 * A view of the latent space: truncation of the fixed samples, an interpolation, latent arithmetic, and points of a
 * plane.
 */
export type LatentQuery = { 
/**
 * The threshold of truncation: see [`Prior::truncate`](super::Prior::truncate).
 */
truncation: number | null, 
/**
 * An interpolation between two fixed samples.
 */
interpolation: Interpolation | null, 
/**
 * Latent arithmetic with fixed samples, such as `12-3+40`.
 */
arithmetic: string | null, 
/**
 * Points of the plane through three fixed samples.
 */
pad: Pad | null, 
/**
 * Whether the map of the latent space is drawn, where there is one.
 */
map: boolean, };

/**
 * An interpolation between two fixed samples, by their numbers.
 */
export type Interpolation = { 
/**
 * The first sample.
 */
from: number, 
/**
 * The last sample.
 */
to: number, 
/**
 * The path between their latents.
 */
path: InterpolationPath, };

/**
 * Points of the plane through three fixed samples.
 */
export type Pad = { 
/**
 * The samples A, B and C, by their numbers.
 */
samples: [number, number, number], 
/**
 * The coordinates x, y of each point A + x (B − A) + y (C − A); at least one, 32 at most.
 */
points: Array<[number, number]>, };

/**
 * How to go from one latent to another.
 */
export type InterpolationPath = "lerp" | "slerp";

/**
 * A WebGPU adapter.
 */
export type Adapter = { 
/**
 * Its vendor and architecture, as far as the browser gives them.
 */
name: string, 
/**
 * Whether it computes on the CPU.
 */
software: boolean, 
/**
 * The size of the largest buffer.
 */
max_buffer_bytes: number, };

/**
 * The cause of an error.
 */
export type ErrorKind = "link" | "setting" | "data" | "checkpoint" | "diverged" | "device";

/**
 * An error of the wasm module; its functions throw it.
 */
export type Failure = { 
/**
 * Its cause.
 */
kind: ErrorKind, 
/**
 * One line: what, where, and what would be right.
 */
message: string, 
/**
 * The setting at fault.
 */
field: string | null, };
