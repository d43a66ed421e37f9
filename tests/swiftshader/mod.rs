//! A GPU in software.

/// Debian's Chromium brings a Vulkan driver that needs no GPU.
pub const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// A `cubecl.toml`. Tuning picks the fastest of many kernels, which takes minutes on an emulated GPU: here each is timed
/// once.
pub const HARDLY_TUNED: &str = "[autotune]\nlevel = \"minimal\"\n\
    [autotune.bench]\nadaptive = false\nmin_samples = 1\nmax_samples = 1\n";
