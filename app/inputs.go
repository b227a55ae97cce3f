package app

// RegisterInput is what a newcomer types.
type RegisterInput struct {
	Email string
	// Password is at least 15 characters; the server judges it.
	Password string
	// Name is this computer's name in messages, 1 to 64 characters; empty takes
	// the default name.
	Name string
}

// EnrolInput adds this computer to an account.
type EnrolInput struct {
	// Login is an account number or an e-mail address.
	Login    string
	Password string
	Name     string
}

// SignOutInput says how to sign out.
type SignOutInput struct {
	// ForgetKeys signs out without a fresh backup: the keys are gone for good.
	ForgetKeys bool
}

// Settings are the person's choices for this profile.
type Settings struct {
	// Language is en, vi or ru; empty follows the system.
	Language string `json:"language"`
	// Appearance is light or dark; empty follows the system.
	Appearance string `json:"appearance"`
	// TextSize is smaller or larger; empty is normal.
	TextSize string `json:"text_size"`
}
