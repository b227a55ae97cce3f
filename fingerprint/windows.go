package fingerprint

// windowsProbes are the Windows reader, anchors first.
var windowsProbes = notYetProbes
