//! The command line: parse, run, exit code. What it does stands in [`counterfeit::native`].

#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    counterfeit::native::main()
}

#[cfg(target_family = "wasm")]
fn main() {}
