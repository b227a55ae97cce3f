package api

// Problem codes: stable, the same in problems, errors and translations. The
// comment gives the HTTP status.
const (
	CodeInternal = "internal" // 500

	// Requests.
	CodeBadRequest      = "bad_request"         // 400: not JSON, wrong type
	CodeUnknownField    = "unknown_field"       // 400: unknown, duplicate or differently-cased field
	CodeUnknownQuery    = "unknown_query"       // 400
	CodeContentType     = "content_type"        // 415: missing or wrong
	CodeTooLarge        = "too_large"           // 413
	CodeNotFound        = "not_found"           // 404
	CodeMethod          = "method"              // 405
	CodeInvalidValue    = "invalid_value"       // 422: a field is out of range (CR/LF included)
	CodeSnapshotPartial = "snapshot_incomplete" // 422
	CodeSchemaUnknown   = "schema_unknown"      // 422
	CodePasswordWeak    = "password_weak"       // 422
	CodeBusy            = "busy"                // 503

	// Proof.
	CodeSignature  = "signature"      // 401: missing, wrong, another profile
	CodeClockSkew  = "clock_skew"     // 401, with time
	CodeNonceUsed  = "nonce_used"     // 401
	CodeUnknownKey = "unknown_key"    // 401
	CodeRevoked    = "device_revoked" // 403
	CodeSignIn     = "sign_in_failed" // 401: never says which part

	// Limits.
	CodeTooMany         = "too_many_requests" // 429, retry_at
	CodeSendWait        = "send_wait"         // 429, retry_at
	CodeSnapshotLimit   = "snapshot_limit"    // 429
	CodeNoPlaces        = "no_places"         // 409: active or pending devices full
	CodeAlreadyEnrolled = "already_enrolled"  // 409: the key belongs to an enrolled device; the client says it too

	// Challenges.
	CodeWrong           = "code_wrong"           // 422, tries_left
	CodeMistyped        = "code_mistyped"        // 422: check symbol or length; costs no try
	CodeExpired         = "code_expired"         // 409, challenge tells of the new one
	CodeUsed            = "code_used"            // 409
	CodeChallengeLocked = "challenge_locked"     // 409, retry_at
	CodeTryWait         = "try_wait"             // 429, retry_at
	CodeNoChallenge     = "no_challenge"         // 404
	CodeChannel         = "channel_not_enrolled" // 422
	CodeRekeyNeeded     = "rekey_needed"         // 422: a fork's answer without a new key
	CodeIdempotency     = "idempotency_reused"   // 422: same key, another body
	CodeClaim           = "claim_wrong"          // 403: no claim key is registered, or its signature is wrong
	CodeWindowOpen      = "window_open"          // 409: a change window of the person's is open already
	CodeWindowWide      = "window_wide"          // 422: a disk and a board announced together

	// Channels.
	CodePhone         = "phone_refused"   // 422: no number, or one that codes are never sent to (premium rate)
	CodeCountry       = "country_refused" // 429: no codes go to this country now; retry_at where known
	CodeChallengeOpen = "challenge_open"  // 409: a code is asked for; answer it first
	CodeStepUp        = "step_up"         // 401: the password is needed, or wrong

	// The client's own.
	CodeServerAway     = "server_away"
	CodeProxySignIn    = "proxy_sign_in"
	CodeCertificate    = "server_certificate"
	CodeServerReply    = "server_reply"  // not ours, broken or unsigned
	CodeOtherAddress   = "address_other" // the account's address is known, and is another one
	CodeServerKeys     = "server_keys"   // signed by a key that is not pinned: an earlier one, or a stranger's
	CodeNotEnrolled    = "not_enrolled"
	CodeNotActivated   = "not_activated" // 409: only an activated computer may; the client says it too
	CodeVaultLocked    = "vault_locked"
	CodeVaultReadOnly  = "vault_read_only"
	CodeVaultBroken    = "vault_broken"
	CodeVaultNewer     = "vault_newer"
	CodeVaultMissing   = "vault_missing"
	CodeVaultLost      = "vault_lost" // locked, and the server's share does not open it
	CodeStateBroken    = "state_broken"
	CodeStateNewer     = "state_newer"
	CodeProfileBusy    = "profile_busy"
	CodeKeyMissing     = "key_missing"
	CodeKeyName        = "key_name"
	CodeKeyExists      = "key_exists"
	CodeDiskFull       = "disk_full"
	CodeFile           = "file"
	CodeBackupNeeded   = "backup_needed"
	CodeBackupBroken   = "backup_broken"
	CodePassphrase     = "passphrase_wrong"
	CodeClockBack      = "clock_back"
	CodeKeyringLocked  = "keyring_locked"
	CodeKeyringAbsent  = "keyring_absent"
	CodeKeyringTimeout = "keyring_timeout"
	CodeKeyringLost    = "keyring_lost" // enrolled, but the keyring has no key for it
	CodeContainer      = "container"    // no computer to recognise: hardware binding refused
	CodeReadFailed     = "read_failed"
	CodeInsecureServer = "insecure_server" // http:// off loopback
	CodePolicyInvalid  = "policy_invalid"
	CodeNeedsAdmin     = "needs_admin"
	CodeUsage          = "usage"
	CodeAnswerLost     = "answer_lost"     // sent, but no answer came: it may have been done
	CodeChipAbsent     = "chip_absent"     // the keys were bound to a chip, and none opens
	CodeChipBusy       = "chip_busy"       // the chip does not answer in time, or somebody else has it
	CodeChipCleared    = "chip_cleared"    // the same chip forgot its keys (a reset of the TPM)
	CodeChipReplaced   = "chip_replaced"   // another chip than the one that made the key
	CodeChipLockedOut  = "chip_locked_out" // the chip refuses for a while after wrong tries
	CodeChipFailed     = "chip_failed"     // the chip answered something else
	CodeRulesInvalid   = "rules_invalid"   // placeholder rules that cannot be used
	CodeImageKeys      = "image_keys"      // preparing an image would lose keys that no backup holds
)
