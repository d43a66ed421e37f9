//! Where to compute: the choice, and what this machine has.

use anyhow::Result;
use burn::tensor::Device;

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
}

impl Choice {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

/// A device that is ready.
pub struct Opened {
    /// Where tensors go.
    pub device: Device,
    /// For people: what it is, and why it was taken where that is not plain.
    pub name: String,
}

impl Opened {
    fn cpu(why: &str) -> Self {
        Self {
            device: Device::flex(),
            name: format!("CPU{why}"),
        }
    }
}

/// Gets the chosen device ready.
///
/// # Errors
/// When a GPU is asked for and there is none.
pub fn open(choice: Choice) -> Result<Opened> {
    match choice {
        Choice::Cpu => Ok(Opened::cpu("")),
        Choice::Auto => Ok(gpu::hardware().unwrap_or_else(|why| Opened::cpu(&format!(" ({why})")))),
        Choice::Gpu => gpu::any(),
    }
}

#[cfg(feature = "gpu")]
mod gpu {
    use anyhow::Result;
    use burn::tensor::wgpu::WgpuInitError;
    use burn::tensor::{Device, DeviceKind};

    use super::Opened;
    use crate::native::failure::mistake;

    /// Commands that are recorded before they are submitted: a whole step of the networks here, which saves submissions.
    const COMMANDS_A_SUBMISSION: usize = 128;

    /// The best GPU, or why there is none. Software adapters are left out: the CPU's own kernels are faster, and some
    /// software drivers crash.
    pub fn hardware() -> Result<Opened, String> {
        first(&[
            DeviceKind::DiscreteGpu(0),
            DeviceKind::IntegratedGpu(0),
            DeviceKind::VirtualGpu(0),
        ])
    }

    /// The best adapter that there is, one in software too.
    pub fn any() -> Result<Opened> {
        hardware()
            .or_else(|_| first(&[DeviceKind::Other(0)]))
            .or_else(|_| {
                first(&[DeviceKind::Cpu]).map(|software| Opened {
                    name: format!("{}, a GPU in software: expect it to be slow", software.name),
                    ..software
                })
            })
            .map_err(|why| {
                mistake(format!("--device gpu: {why}; install a Vulkan, Metal or DirectX 12 driver, or use --device cpu"))
            })
    }

    fn first(kinds: &[DeviceKind]) -> Result<Opened, String> {
        let mut why = "no GPU was found".to_owned();
        for kind in kinds {
            let options = Device::wgpu_options()
                .tasks_max(COMMANDS_A_SUBMISSION)
                .device_kind(kind.clone());
            match options.init_with_setup() {
                Ok((device, setup)) => {
                    let info = setup.adapter.get_info();
                    let name = format!("{} ({:?})", info.name, setup.backend);
                    return Ok(Opened { device, name });
                }
                Err(WgpuInitError::AdapterUnavailable { .. }) => {}
                Err(error) => why = format!("the GPU cannot be used: {error}"),
            }
        }
        Err(why)
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
        Err(mistake(
            "--device gpu: this build has no GPU support; build with the feature `gpu`, or use --device cpu",
        ))
    }
}
