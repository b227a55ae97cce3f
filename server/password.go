package server

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/seed-1feef0b2/holdfast/api"
)

// Argon2id as OWASP's Password Storage Cheat Sheet asks: 19 MiB, two passes,
// one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// passwordLongest bounds what is hashed, in characters; fewDistinct refuses a
// password made of almost nothing but repetition.
const (
	passwordLongest = 128
	fewDistinct     = 5
)

//go:embed passwords.txt
var commonPasswords string

// checkPassword gives a password in Unicode's NFC form, or password_weak: too
// short, too long, unprintable, well known, or the account's own words.
func (s *Service) checkPassword(password, email string) (string, error) {
	password = norm.NFC.String(password)
	weak := api.NewError(api.CodePasswordWeak).With("Shortest", s.limits.PasswordShortest)
	n := utf8.RuneCountInString(password)
	if !utf8.ValidString(password) || n < s.limits.PasswordShortest || n > passwordLongest {
		return "", weak
	}
	distinct := map[rune]bool{}
	for _, r := range password {
		if !unicode.IsPrint(r) && r != ' ' {
			return "", weak
		}
		distinct[unicode.ToLower(r)] = true
	}
	plain := squeeze(password)
	local, _, _ := strings.Cut(email, "@")
	if len(distinct) < fewDistinct || isCommon(plain) || plain == squeeze(email) || plain == strings.Repeat(squeeze(local), 2) {
		return "", weak
	}
	return password, nil
}

// squeeze lower-cases and drops everything but letters and digits, so that
// "Password-Password-1" is found as "passwordpassword1".
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func isCommon(plain string) bool {
	for line := range strings.Lines(commonPasswords) {
		if plain == strings.TrimSpace(line) {
			return true
		}
	}
	return false
}

// hashPassword gives the PHC form. At most argonAtOnce run at a time.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	salt := s.randomBytes(argonSalt)
	key, err := s.argon2id(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return phc(salt, key), nil
}

// phc writes a hash in the form that password hashes are kept in.
func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// checkHash says whether a password is the one of a hash. An empty hash costs
// the same time and is never right: an unknown account is answered like a known one.
func (s *Service) checkHash(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = s.dummy
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false, fmt.Errorf("server: a stored password hash is damaged")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, err
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, err
	}
	got, err := s.argon2id(ctx, norm.NFC.String(password), salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (s *Service) argon2id(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case s.argon <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.argon }()
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey), nil
}
