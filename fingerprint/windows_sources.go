package fingerprint

// windowsSources say where the Windows reader looks, kind by kind.
var windowsSources []SourceInfo
