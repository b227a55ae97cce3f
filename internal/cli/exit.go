package cli

import (
	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/app"
)

// Exit codes. A script may rely on them; docs/cli.md describes each. "run"
// gives the started command's own.
const (
	ExitDone         = 0
	ExitUnexpected   = 1  // anything that has no code of its own
	ExitUse          = 2  // wrong use, or an input that cannot be used
	ExitNotActivated = 10 // not activated: not enrolled, pending, limited, revoked
	ExitCode         = 11 // a code was refused or mistyped
	ExitNoPlaces     = 12 // the account has no free place
	ExitChallenge    = 13 // a challenge is open: register and enrol end so
	ExitChanged      = 14 // the computer changed: a code confirms it
	ExitAway         = 20 // the server cannot be reached
	ExitProxy        = 21 // the network asks to sign in
	ExitCertificate  = 22 // the server's certificate is not trusted
	ExitPolicy       = 30 // the account's policy is damaged or not the server's
	ExitAdmin        = 40 // administrator rights are needed
)

// Exit codes of "run" where its command could not be started, as env(1) has them.
const (
	ExitCannotRun = 126
	ExitNotFound  = 127
)

// exits are the exit codes of errors; a code that is not listed is ExitUnexpected.
var exits = map[string]int{
	api.CodeUsage:           ExitUse,
	api.CodeInsecureServer:  ExitUse,
	api.CodeInvalidValue:    ExitUse,
	api.CodePasswordWeak:    ExitUse,
	api.CodeStepUp:          ExitUse,
	api.CodePhone:           ExitUse,
	api.CodeChannel:         ExitUse,
	api.CodeOtherAddress:    ExitUse,
	api.CodeSignIn:          ExitUse,
	api.CodeAlreadyEnrolled: ExitUse,
	api.CodeKeyName:         ExitUse,
	api.CodeKeyMissing:      ExitUse,
	api.CodeKeyExists:       ExitUse,
	api.CodeTooLarge:        ExitUse,
	api.CodePassphrase:      ExitUse,
	api.CodeBackupNeeded:    ExitUse,
	api.CodeBackupBroken:    ExitUse,
	api.CodeImageKeys:       ExitUse,
	api.CodeRulesInvalid:    ExitUse,
	api.CodeWindowOpen:      ExitUse,
	api.CodeWindowWide:      ExitUse,

	api.CodeNotEnrolled:   ExitNotActivated,
	api.CodeNotActivated:  ExitNotActivated,
	api.CodeVaultReadOnly: ExitNotActivated,
	api.CodeRevoked:       ExitNotActivated,
	api.CodeUnknownKey:    ExitNotActivated,

	api.CodeWrong:           ExitCode,
	api.CodeMistyped:        ExitCode,
	api.CodeExpired:         ExitCode,
	api.CodeUsed:            ExitCode,
	api.CodeChallengeLocked: ExitCode,
	api.CodeTryWait:         ExitCode,
	api.CodeNoChallenge:     ExitCode,

	api.CodeNoPlaces:    ExitNoPlaces,
	api.CodeSendWait:    ExitChallenge,
	api.CodeVaultLocked: ExitChanged,

	api.CodeChipAbsent:   ExitChanged,
	api.CodeChipCleared:  ExitChanged,
	api.CodeChipReplaced: ExitChanged,

	api.CodeServerAway:    ExitAway,
	api.CodeAnswerLost:    ExitAway,
	api.CodeServerReply:   ExitAway,
	api.CodeServerKeys:    ExitAway,
	api.CodeBusy:          ExitAway,
	api.CodeProxySignIn:   ExitProxy,
	api.CodeCertificate:   ExitCertificate,
	api.CodePolicyInvalid: ExitPolicy,
	api.CodeNeedsAdmin:    ExitAdmin,
}

// exitOf is the exit code of an error.
func exitOf(err error) int {
	if err == nil {
		return ExitDone
	}
	if n, ok := exits[api.CodeOf(err)]; ok {
		return n
	}
	return ExitUnexpected
}

// exitOfState is how a check ends.
func exitOfState(s app.State) int {
	switch s {
	case app.Activated:
		return ExitDone
	case app.Changed, app.Frozen:
		return ExitChanged
	default:
		return ExitNotActivated
	}
}
