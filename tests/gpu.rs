//! Operations and replay on a GPU in software, or on the machine's.
#![cfg(all(feature = "gpu", not(target_family = "wasm")))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dense;
#[allow(dead_code, reason = "every preset is replayed in a browser, where kernels are not tuned")]
mod replay;
mod swiftshader;
mod updates;

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuSetup, wgpu};

use swiftshader::{HARDLY_TUNED, SWIFTSHADER};

/// Before a kernel is tuned, the memory's speed is measured in buffers of the largest size, which an emulated GPU says
/// it has and cannot allocate.
const MAX_BUFFER: u64 = 1 << 26;

/// A Vulkan device, where there is a driver.
async fn open() -> Option<Device> {
    let descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor { backends: wgpu::Backends::VULKAN, ..descriptor });
    let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.ok()?;
    let required_limits =
        wgpu::Limits { max_buffer_size: MAX_BUFFER, max_storage_buffer_binding_size: MAX_BUFFER, ..adapter.limits() };
    let required_features = adapter.features() - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS;
    let descriptor = wgpu::DeviceDescriptor { required_features, required_limits, ..Default::default() };
    let (device, queue) = adapter.request_device(&descriptor).await.unwrap();
    let setup = WgpuSetup { instance, adapter, device, queue, backend: wgpu::Backend::Vulkan };
    Some(Device::wgpu_options().setup(setup).init().unwrap())
}

#[test]
fn operations_and_replay() {
    if std::path::Path::new(SWIFTSHADER).exists() {
        // SAFETY: this program has one test, which has started nothing yet: no other thread reads the environment.
        unsafe { std::env::set_var("VK_DRIVER_FILES", SWIFTSHADER) };
    }
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("cubecl.toml"), HARDLY_TUNED).unwrap();
    std::env::set_current_dir(place.path()).unwrap();
    let Some(device) = pollster::block_on(open()) else {
        eprintln!("skipped: there is no Vulkan driver; Debian's packages `chromium` and `libvulkan1` bring one");
        return;
    };
    pollster::block_on(dense::check(&device));
    pollster::block_on(updates::check(&device));
    // The others run in a browser, where kernels are not tuned: tests/web.rs.
    for hash in &replay::RUNS[..3] {
        pollster::block_on(replay::check(hash, &device));
    }
}
