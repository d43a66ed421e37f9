//! Networks in the form of others.

use std::process::Command;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::SafeTensors;
use serde_json::json;

use crate::place::{Place, TINY, finish, python_with};

const DCGAN: &str = "train --preset mnist-dcgan --set data=digits --set examples_per_class=2 --set base_channels=2 \
                     --set latent_dim=3 --set batch_size=4 --device cpu --steps 3";

#[test]
fn onnxruntime_makes_the_same_samples() {
    let Some(python) = python_with("onnxruntime", &["onnxruntime", "numpy"]) else {
        eprintln!("skipped: onnxruntime cannot be installed here (python3 -m venv, pip install onnxruntime)");
        return;
    };
    let place = Place::new();
    let mlp = "train --preset digits-mlp --set generator_hidden=[8,9] --set examples_per_class=2 --set batch_size=4 \
               --device cpu --steps 3";
    let cases = [
        ("points", TINY.to_owned() + " --steps 3", vec![1]),
        ("elu", format!("{mlp} --set generator_activation=elu --set generator_norm=batch"), vec![1, 28, 28]),
        ("label", format!("{mlp} --set conditional=label --set generator_activation=leaky-relu"), vec![1, 28, 28]),
        ("began", format!("{mlp} --set objective=began"), vec![1, 28, 28]),
        ("dcgan", DCGAN.to_owned(), vec![1, 28, 28]),
        ("color", format!("{DCGAN} --set channels=3 --set image_size=32 --set generator_norm=none"), vec![3, 32, 32]),
    ];
    for (name, train, shape) in cases {
        place.ok(format!("{train} --out {name}"));
        place.ok(format!("export {name} {name}.onnx"));
        let (experiment, network, weights) = place.checkpoint(name).generator(&Device::flex()).unwrap();
        let (rows, width) = (5, experiment.generator_inputs());
        let inputs: Vec<f32> = (0..rows * width).map(|i| (i as f32 * 0.7).sin()).collect();
        let z = Tensor::<2>::from_data(TensorData::new(inputs.clone(), [rows, width]), &Device::flex());
        let wanted: Vec<f32> = network.eval(&weights, z).into_data().try_to_vec().unwrap();
        let script = "
import json, sys
import numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
z = numpy.array(json.loads(sys.argv[2]), dtype=numpy.float32)
samples, = session.run(['samples'], {'z': z})
print(json.dumps([list(samples.shape), samples.ravel().tolist()]))";
        let z = json!(inputs.chunks(width).collect::<Vec<_>>()).to_string();
        let file = place.path(&format!("{name}.onnx"));
        let ran = finish(Command::new(&python).args(["-c", script]).arg(file).arg(z));
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        let (made, samples): (Vec<usize>, Vec<f32>) = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(made, [vec![rows], shape].concat(), "{name}");
        for (a, b) in samples.iter().zip(&wanted) {
            assert!((a - b).abs() < 1e-4, "{name}: {a} is not {b}");
        }
    }
}

#[test]
fn a_state_dict_has_the_names_and_shapes_of_pytorchs_dcgan() {
    let place = Place::new();
    place.ok(format!("{DCGAN} --set image_size=64 --set ema_decay=0 --out run"));
    let shapes = |file: &str| {
        let bytes = place.bytes(file);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut shapes: Vec<(String, Vec<usize>)> = file
            .iter()
            .filter(|(name, _)| name.ends_with("weight") || name.ends_with("tracked"))
            .map(|(name, view)| (name.to_owned(), view.shape().to_vec()))
            .collect();
        shapes.sort_by_key(|(name, _)| name.split('.').nth(1).unwrap().parse::<u32>().unwrap());
        shapes.retain(|(name, shape)| name.ends_with("weight") && shape.len() == 4);
        shapes
    };
    let named = |shapes: &[(u32, [usize; 4])]| -> Vec<(String, Vec<usize>)> {
        shapes.iter().map(|(i, shape)| (format!("main.{i}.weight"), shape.to_vec())).collect()
    };
    // The example's ngf and ndf are 2 here, its nz 3: https://github.com/pytorch/examples, dcgan/main.py.
    place.ok("export run g.safetensors");
    let wanted = [(0, [3, 16, 4, 4]), (3, [16, 8, 4, 4]), (6, [8, 4, 4, 4]), (9, [4, 2, 4, 4]), (12, [2, 1, 4, 4])];
    assert_eq!(shapes("g.safetensors"), named(&wanted));
    place.ok("export run d.safetensors --network discriminator");
    let wanted = [(0, [2, 1, 4, 4]), (2, [4, 2, 4, 4]), (5, [8, 4, 4, 4]), (8, [16, 8, 4, 4]), (11, [1, 16, 4, 4])];
    assert_eq!(shapes("d.safetensors"), named(&wanted));
    let norms = place.tensors("g.safetensors");
    for (name, bytes) in
        [("weight", 64), ("bias", 64), ("running_mean", 64), ("running_var", 64), ("num_batches_tracked", 8)]
    {
        assert_eq!(norms[&format!("main.1.{name}")].len(), bytes, "{name}");
    }

    // An affine map: PyTorch has a row for each output, the checkpoint a row for each input.
    place.ok(format!("{TINY} --steps 3 --set generator_hidden=[2] --set latent_dim=3 --out mlp"));
    place.ok("export mlp mlp.safetensors");
    let [ours, theirs] = [("mlp/checkpoint", "generator_ema.0.weight"), ("mlp", "0.weight")].map(|(file, name)| {
        let bytes = place.tensors(&format!("{file}.safetensors")).remove(name).unwrap();
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect::<Vec<_>>()
    });
    assert_eq!(theirs, [0, 2, 4, 1, 3, 5].map(|i| ours[i]));

    place.refused("export run g.pth", &["g.pth", ".safetensors", ".onnx"]);
    place.ok(format!("{TINY} --steps 3 --set generator_norm=layer --out layer"));
    place.refused("export layer g.onnx", &["g.onnx", "layer 1 has no operator"]);
    place.refused("export layer g.safetensors", &["g.safetensors", "layer 1 has no counterpart"]);
}

/// Writes a state dict as `torch.save` does, without PyTorch: a ZIP of a pickle, whose globals are PyTorch's, and of each
/// tensor's numbers.
const TORCH_SAVE: &str = "
import collections, json, pickle, struct, sys, types, zipfile
torch, utils = types.ModuleType('torch'), types.ModuleType('torch._utils')
def _rebuild_tensor_v2(*args): raise NotImplementedError
class FloatStorage: pass
class LongStorage: pass
_rebuild_tensor_v2.__module__ = 'torch._utils'
utils._rebuild_tensor_v2 = _rebuild_tensor_v2
for storage in (FloatStorage, LongStorage):
    storage.__module__ = 'torch'
    setattr(torch, storage.__name__, storage)
sys.modules.update({'torch': torch, 'torch._utils': utils})
storages = []
class Storage:
    def __init__(self, kind, values): self.kind, self.values = kind, values
class Tensor:
    def __init__(self, kind, shape, values):
        self.storage, self.shape = Storage(kind, values), tuple(shape)
    def __reduce__(self):
        strides, step = [], 1
        for extent in reversed(self.shape):
            strides.insert(0, step)
            step *= extent
        return _rebuild_tensor_v2, (self.storage, 0, self.shape, tuple(strides), False, collections.OrderedDict())
class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if not isinstance(value, Storage): return None
        storages.append(value)
        return ('storage', value.kind, str(len(storages) - 1), 'cpu', len(value.values))
with open(sys.argv[1], 'rb') as file:
    head = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
    numbers = file.read()
state = collections.OrderedDict()
for name, about in head.items():
    if name == '__metadata__': continue
    start, end = about['data_offsets']
    code, kind = ('q', LongStorage) if about['dtype'] == 'I64' else ('f', FloatStorage)
    values = struct.unpack(f'<{(end - start) // struct.calcsize(code)}{code}', numbers[start:end])
    state[name] = Tensor(kind, about['shape'], values)
with zipfile.ZipFile(sys.argv[2], 'w') as archive:
    with archive.open('archive/data.pkl', 'w') as file: Pickler(file, protocol=2).dump(state)
    archive.writestr('archive/byteorder', 'little')
    for i, storage in enumerate(storages):
        code = 'q' if storage.kind is LongStorage else 'f'
        archive.writestr(f'archive/data/{i}', struct.pack(f'<{len(storage.values)}{code}', *storage.values))
    archive.writestr('archive/version', '3')";

#[test]
fn networks_come_back_from_pytorchs_files() {
    let place = Place::new();
    let mlp = "--preset digits-mlp --set generator_hidden=[8,9] --set discriminator_hidden=[7] --set ema_decay=0";
    let dcgan = DCGAN.split_once("train ").unwrap().1.split_once(" --device").unwrap().0;
    for (name, settings) in [("mlp", mlp), ("dcgan", dcgan)] {
        place.ok(format!(
            "train {settings} --set examples_per_class=2 --set batch_size=4 --device cpu --steps 3 --out {name}"
        ));
        for network in ["generator", "discriminator"] {
            place.ok(format!("export {name} {name}-{network}.safetensors --network {network}"));
            let [from, to] = ["safetensors", "pth"].map(|end| format!("{name}-{network}.{end}"));
            let mut python = Command::new("python3");
            let saved = finish(python.args(["-c", TORCH_SAVE, &from, &to]).current_dir(place.path("")));
            assert_eq!(saved.code, 0, "{}", saved.stderr);
        }
        for end in ["safetensors", "pth"] {
            let run = format!("{name}-from-{end}");
            let files = format!("--generator {name}-generator.{end} --discriminator {name}-discriminator.{end}");
            place.ok(format!("import {settings} {files} --out {run}"));
            let [was, is] = [name, run.as_str()].map(|run| place.tensors(&format!("{run}/checkpoint.safetensors")));
            let of_networks = |name: &&String| name.starts_with("generator.") || name.starts_with("discriminator.");
            assert!(was.keys().filter(of_networks).count() > 5);
            // The average of the weights is what is exported, where there is one.
            let exported = |name: &str| match name.strip_prefix("generator.") {
                Some(rest) if was.contains_key(&format!("generator_ema.{rest}")) => format!("generator_ema.{rest}"),
                _ => name.to_owned(),
            };
            // The average's running statistics are measured anew for the export, as they are for its samples.
            let measured = |name: &String| exported(name) != *name && name.contains(".running_");
            for name in was.keys().filter(of_networks).filter(|name| !measured(name)) {
                assert!(was[&exported(name)] == is[name], "{run}: {name}");
            }
            for sampled in [name, run.as_str()] {
                place.ok(format!("sample {sampled} --count 10 --out {sampled}.png"));
            }
            let [was, is] = [name, run.as_str()].map(|run| place.bytes(&format!("{run}.png")));
            assert!(was == is, "{run}: its samples");
            assert_eq!(place.checkpoint(&run).step(), 0);
            place.ok(format!("train --resume {run} --steps 1 --device cpu --data {run}"));
        }
    }
    // The generator alone; the rest is drawn.
    place.ok(format!("import {mlp} --generator mlp-generator.pth --seed 3 --out alone"));

    place.write("text.pth", "no state dict");
    let wanted: [(&str, &[&str]); 6] = [
        (
            "--generator mlp-discriminator.pth",
            &["mlp-discriminator.pth", "`0.weight` has the shape [7, 784]", "[8, 100]"],
        ),
        ("--discriminator mlp-generator.safetensors", &["mlp-generator.safetensors", "`0.weight`"]),
        ("--generator text.pth", &["text.pth"]),
        ("--generator absent.pth", &["absent.pth"]),
        ("--generator text.onnx", &["text.onnx", ".pth or a .safetensors"]),
        ("--generator mlp-generator.pth --set generator_hidden=[8]", &["`2.weight` has the shape [9, 8]"]),
    ];
    for (line, wanted) in wanted {
        place.refused(format!("import {mlp} {line} --out refused"), wanted);
        assert!(!place.path("refused").exists());
    }
}
