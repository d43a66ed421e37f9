//! A GPU: in software, or refused.

use crate::place::Place;

#[cfg(not(feature = "gpu"))]
#[test]
fn a_build_without_gpu_says_so() {
    Place::new().refused("train --preset ring --device gpu", &["--device gpu", "feature `gpu`"]);
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_build_without_cuda_says_so() {
    Place::new().refused("train --preset ring --device cuda", &["--device cuda", "feature `cuda`"]);
}

#[cfg(feature = "gpu")]
mod in_software {
    use std::path::Path;

    use super::Place;
    use crate::place::{Object, finish, number, objects};
    use crate::swiftshader::{HARDLY_TUNED, SWIFTSHADER};

    const LOADERS: [&str; 3] = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"];

    fn place_with_swiftshader() -> Option<Place> {
        if !Path::new(SWIFTSHADER).exists() {
            eprintln!("skipped: there is no {SWIFTSHADER}; Debian's package `chromium` brings it");
            return None;
        }
        let has_loader = |folder: &&str| Path::new(folder).join("libvulkan.so.1").exists();
        if !LOADERS.iter().any(has_loader) {
            eprintln!("skipped: there is no Vulkan loader; Debian's package `libvulkan1` brings it");
            return None;
        }
        let place = Place::new();
        place.write("cubecl.toml", HARDLY_TUNED);
        Some(place)
    }

    /// Three steps of a small network on a device; its reports.
    fn three_steps(place: &Place, device: &str) -> Vec<Object> {
        let mut command = place.command(format!(
            "train --preset digits-mlp --device {device} --out {device} --steps 3 --report-every 1 --json \
             --set examples_per_class=1 --set generator_hidden=[16] --set discriminator_hidden=[16] \
             --set latent_dim=8 --set batch_size=4"
        ));
        let outcome = finish(command.env("VK_DRIVER_FILES", SWIFTSHADER));
        assert_eq!(outcome.code, 0, "{device}: {}", outcome.stderr);
        let software = outcome.stderr.contains("a GPU in software");
        assert_eq!(software, device == "gpu", "{device}: {}", outcome.stderr);
        objects(&outcome.stdout)
    }

    #[test]
    fn it_trains() {
        let Some(place) = place_with_swiftshader() else {
            return;
        };
        let reports = three_steps(&place, "gpu");
        assert_eq!(reports.len(), 4);
        for report in &reports {
            // JSON has no word for what is not finite: such a loss would be null.
            number(report, "d_loss");
            number(report, "g_loss");
        }
        assert_eq!(place.checkpoint("gpu").step(), 3);
    }

    #[test]
    fn it_trains_as_the_cpu_does() {
        let Some(place) = place_with_swiftshader() else {
            return;
        };
        let [cpu, gpu] = ["cpu", "gpu"].map(|device| three_steps(&place, device));
        for (cpu, gpu) in cpu.iter().zip(&gpu) {
            for loss in ["d_loss", "g_loss"] {
                let [cpu, gpu] = [cpu, gpu].map(|report| number(report, loss));
                assert!((cpu - gpu).abs() < 1e-3, "{loss}: {cpu} on the CPU, {gpu} on the GPU");
            }
        }
    }

    #[test]
    fn it_refuses_a_precision_that_it_has_not() {
        let Some(place) = place_with_swiftshader() else {
            return;
        };
        let mut command = place.command("train --preset ring --device gpu --set precision=bf16");
        let outcome = finish(command.env("VK_DRIVER_FILES", SWIFTSHADER));
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("`precision` is bf16; it should be f32 on this device"), "{}", outcome.stderr);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_machine_without_one_says_so() {
        let place = Place::new();
        // A driver that is not there, and no display for OpenGL.
        let mut command = place.command("train --preset ring --steps 1 --device gpu");
        command.env("VK_DRIVER_FILES", place.path("none.json")).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let outcome = finish(&mut command);
        if outcome.code == 0 {
            eprintln!("skipped: this machine's GPU is reached without Vulkan");
            return;
        }
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        // Above it may stand what drivers print.
        let last = outcome.stderr.lines().last().unwrap();
        assert!(last.starts_with("error: --device gpu: "), "{last}");
    }
}
