//! Named limits: a malicious or broken template meets one of these and an error, quickly.

/// Nested stacks deeper than this are refused (limit `stack-depth`).
pub const MAX_STACK_DEPTH: usize = 20;

/// More stacks in one tree are refused (limit `stack-count`).
pub const MAX_STACKS: usize = 300;

/// Deeper evaluation is refused (limit `evaluation-depth`): a chain of conditions or outputs this long is a mistake.
pub const MAX_EVALUATION_DEPTH: usize = 300;

/// A longer string is refused (limit `text-bytes`): what `Fn::Sub` and `Fn::Join` can blow up to.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;
