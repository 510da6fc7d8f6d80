//! Only tests: `tests/real`.
