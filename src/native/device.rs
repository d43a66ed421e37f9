//! The device of the command line: `--device`, and what this machine has.

use anyhow::Result;
use burn::tensor::Device;

use super::failure::mistake;

/// `--device`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// A GPU where there is one, else the CPU
    #[default]
    Auto,
    /// The CPU
    Cpu,
    /// A GPU, through Vulkan, Metal or DirectX 12
    Gpu,
    /// An NVIDIA GPU, through CUDA
    Cuda,
}

impl Choice {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
            Self::Cuda => "cuda",
        }
    }
}

/// A device that is ready.
pub struct Opened {
    /// Where tensors go.
    pub device: Device,
    /// Its name, and the reason where `auto` did not choose a GPU.
    pub name: String,
}

impl Opened {
    fn cpu(why: &str) -> Self {
        Self { device: Device::flex(), name: format!("CPU{why}") }
    }
}

/// Opens the chosen device.
///
/// # Errors
/// When a GPU is asked for and there is none.
pub fn open(choice: Choice) -> Result<Opened> {
    match choice {
        Choice::Cpu => Ok(Opened::cpu("")),
        Choice::Auto => {
            let gpu = cuda::open().or_else(|_| gpu::hardware());
            Ok(gpu.unwrap_or_else(|why| Opened::cpu(&format!(" ({why})"))))
        }
        Choice::Gpu => gpu::any(),
        Choice::Cuda => cuda::open().map_err(|why| mistake(format!("--device cuda: {why}, or use another --device"))),
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::path::Path;

    use anyhow::Result;
    use burn::tensor::Device;
    use burn::tensor::wgpu::{WgpuBackend, WgpuInitError, wgpu};

    use super::Opened;
    use crate::native::failure::mistake;

    /// Commands that are recorded before they are submitted: a whole step of the networks here, which saves
    /// submissions.
    const COMMANDS_A_SUBMISSION: usize = 128;

    /// The best GPU, or why there is none. Software adapters are left out: the CPU backend is faster than they are.
    pub fn hardware() -> Result<Opened, String> {
        if !may_exist() {
            return Err("no GPU was found".to_owned());
        }
        match open()? {
            (_, wgpu::DeviceType::Cpu) => Err("no GPU was found".to_owned()),
            (opened, _) => Ok(opened),
        }
    }

    /// The best adapter, software adapters included.
    pub fn any() -> Result<Opened> {
        let usable = open().and_then(|(opened, kind)| match kind {
            wgpu::DeviceType::Cpu if opened.name.contains("llvmpipe") => {
                Err("the only one is Mesa's llvmpipe, which crashes in training".to_owned())
            }
            wgpu::DeviceType::Cpu => Ok(Opened { name: format!("{}, a GPU in software: slow", opened.name), ..opened }),
            _ => Ok(opened),
        });
        usable.map_err(|why| {
            mistake(format!("--device gpu: {why}; install a Vulkan, Metal or DirectX 12 driver, or use --device cpu"))
        })
    }

    /// Whether to ask the drivers at all: on a Linux machine without a GPU they print warnings of their own.
    fn may_exist() -> bool {
        let nodes = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/nvmap", "/dev/mali0"];
        !cfg!(target_os = "linux") || nodes.iter().any(|node| Path::new(node).exists())
    }

    fn open() -> Result<(Opened, wgpu::DeviceType), String> {
        // Not OpenGL on Linux, which lacks features that burn needs.
        let api = if cfg!(target_os = "linux") { WgpuBackend::Vulkan } else { WgpuBackend::Auto };
        let options = Device::wgpu_options().graphics_api(api).tasks_max(COMMANDS_A_SUBMISSION);
        let (device, setup) = options.init_with_setup().map_err(|error| match error {
            WgpuInitError::AdapterUnavailable { .. } => "no GPU was found".to_owned(),
            error => format!("the GPU cannot be used: {error}"),
        })?;
        let info = setup.adapter.get_info();
        let compiler = if cfg!(feature = "vulkan") { ", SPIR-V" } else { "" };
        let name = format!("{} ({:?}{compiler})", info.name, setup.backend);
        Ok((Opened { device, name }, info.device_type))
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use anyhow::Result;

    use super::Opened;
    use crate::native::failure::mistake;

    pub fn hardware() -> Result<Opened, String> {
        Err("this build has no GPU support".to_owned())
    }

    pub fn any() -> Result<Opened> {
        Err(mistake("--device gpu: this build has no GPU support; build with the feature `gpu`, or use --device cpu"))
    }
}

#[cfg(feature = "cuda")]
mod cuda {
    use burn::tensor::{Device, DeviceType};

    use super::Opened;

    /// The first GPU that CUDA finds, or why there is none.
    pub fn open() -> Result<Opened, String> {
        let none = "no NVIDIA GPU was found; install its driver";
        let device = Device::enumerate(DeviceType::Cuda).into_iter().next().ok_or(none)?;
        let name = device.identity().map_or_else(|| "CUDA".to_owned(), |identity| format!("{} (CUDA)", identity.name));
        Ok(Opened { device, name })
    }
}

#[cfg(not(feature = "cuda"))]
mod cuda {
    use super::Opened;

    pub fn open() -> Result<Opened, String> {
        Err("this build has no CUDA support; build with the feature `cuda`".to_owned())
    }
}
