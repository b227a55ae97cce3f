package fingerprint

// darwinProbes are the macOS reader, anchors first.
var darwinProbes = notYetProbes
