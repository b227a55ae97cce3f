package fingerprint

// darwinSources say where the macOS reader looks, kind by kind.
var darwinSources []SourceInfo
