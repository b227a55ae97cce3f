package fingerprint

// linuxSources say where the Linux reader looks, kind by kind.
var linuxSources []SourceInfo
