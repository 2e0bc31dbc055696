//! The `linkspec` command.

/// A run is made of very many small texts, and a good part of its time goes into their memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    linkspec::cli::main()
}
