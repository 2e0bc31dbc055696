//! The `linkspec` command.

fn main() -> std::process::ExitCode {
    linkspec::cli::main()
}
