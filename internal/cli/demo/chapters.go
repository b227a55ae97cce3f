package demo

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// Exit codes of holdfastctl that the story expects.
const (
	done      = 0
	refused   = 11
	codeSent  = 13
	codeAsked = 14
)

// keyName is the key of the story, and what is in it.
const keyName = "api-token"

func chapters() []chapter {
	return []chapter{
		{"cli.demo.server", serverStarts},
		{"cli.demo.register", registers},
		{"cli.demo.activate", activates},
		{"cli.demo.key", usesKey},
		{"cli.demo.strict", turnsStrict},
		{"cli.demo.driver", driverChanges},
		{"cli.demo.mistyped", mistypes},
		{"cli.demo.wrong", triesWrong},
		{"cli.demo.right", typesRight},
		{"cli.demo.balanced", turnsBalanced},
		{"cli.demo.accepted", driverAccepted},
		{"cli.demo.alone", swappedWithoutServer},
		{"cli.demo.swapped", swapped},
		{"cli.demo.unlocked", unlocked},
		{"cli.demo.status", tellsStatus},
		{"cli.demo.announce", announces},
		{"cli.demo.new_disk", announcedDisk},
		{"cli.demo.phone", addsPhone},
		{"cli.demo.channel", choosesPhone},
		{"cli.demo.texted", textedCode},
		{"cli.demo.history", history},
	}
}

func (t *telling) data() string { return filepath.Join(t.Dir, "server") }

// prepare makes the computer, and the files that hold what is never typed as an
// argument.
func (t *telling) prepare() error {
	var err error
	if t.computer, err = newComputer(t.Dir); err != nil {
		return err
	}
	t.secret = "hf-" + word()
	t.client = client{
		profile:        filepath.Join(t.Dir, "profile"),
		passwordFile:   filepath.Join(t.Dir, "password"),
		passphraseFile: filepath.Join(t.Dir, "passphrase"),
	}
	for _, f := range []string{t.client.passwordFile, t.client.passphraseFile} {
		if err := os.WriteFile(f, []byte(word()+"\n"), 0o600); err != nil {
			return err
		}
	}
	return os.MkdirAll(t.data(), 0o700)
}

func serverStarts(ctx context.Context, t *telling) error {
	t.command("holdfastd", "serve", "--data", "DIR", "--listen", "127.0.0.1:0")
	if err := t.startServer(ctx, "127.0.0.1:0"); err != nil {
		return err
	}
	t.client.address = t.server.address
	t.seen("cli.demo.server.seen", text.Data{"Address": t.server.address})
	return nil
}

func registers(ctx context.Context, t *telling) error {
	_, err := t.show(ctx, codeSent, "register", "--email", "kim@example.org", "--password-file", t.client.passwordFile, "--name", "Kim")
	if err != nil {
		return err
	}
	st, err := t.status(ctx)
	if err != nil {
		return err
	}
	if st.State != "pending" || st.Challenge == nil || st.Account == "" {
		return unexpected(st)
	}
	t.account = st.Account
	t.seen("cli.demo.register.seen")
	return nil
}

func activates(ctx context.Context, t *telling) error {
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	t.seen("cli.demo.activate.seen")
	return nil
}

// typeCode reads the newest code of the open challenge and answers with it.
func (t *telling) typeCode(ctx context.Context) error {
	m, err := t.codeMail(ctx)
	if err != nil {
		return err
	}
	if _, err := t.show(ctx, done, "code", code.Group(code.Normalise(m.Code))); err != nil {
		return err
	}
	return t.stands(ctx, "activated")
}

// codeMail reads the message of the open challenge and says so.
func (t *telling) codeMail(ctx context.Context) (message, error) {
	m, err := t.openMail(ctx)
	if err == nil {
		t.note("cli.demo.mail", text.Data{"To": m.To, "Subject": m.subject()})
	}
	return m, err
}

func (t *telling) openMail(ctx context.Context) (message, error) {
	st, err := t.status(ctx)
	if err != nil {
		return message{}, err
	}
	if st.Challenge == nil {
		return message{}, unexpected(st)
	}
	return t.mail(ctx, st.Challenge.Reference)
}

// stands expects a state.
func (t *telling) stands(ctx context.Context, state string) error {
	st, err := t.status(ctx)
	if err == nil && st.State != state {
		err = unexpected(st)
	}
	return err
}

// asked expects that the server asks for a code because of what changed.
func (t *telling) asked(ctx context.Context, kinds ...string) error {
	st, err := t.status(ctx)
	if err != nil {
		return err
	}
	if st.State != "changed" || st.Challenge == nil {
		return unexpected(st)
	}
	if st.Challenge.Reason != "changed" {
		return broken("cli.demo.broken.reason", text.Data{"Reason": st.Challenge.Reason})
	}
	for _, k := range kinds {
		if !named(st.Drift, k) {
			return broken("cli.demo.broken.drift")
		}
	}
	return nil
}

func unexpected(st standing) error {
	return broken("cli.demo.broken.state", text.Data{"State": st.State})
}

func usesKey(ctx context.Context, t *telling) error {
	t.command("holdfastctl", "vault", "put", keyName, "< token")
	o, err := t.ctl(ctx, t.secret, "vault", "put", keyName)
	if err != nil {
		return err
	}
	t.quote(o.stdout + o.stderr)
	if err := expectExit(o, done, "vault put"); err != nil {
		return err
	}
	t.command("holdfastctl", "run", keyName+"=TOKEN", "--", "sh", "-c", `'printf %s "$TOKEN"'`)
	if o, err = t.ctl(ctx, "", "run", keyName+"=TOKEN", "--", "sh", "-c", `printf %s "$TOKEN"`); err != nil {
		return err
	}
	if err := expectExit(o, done, "run"); err != nil {
		return err
	}
	if o.stdout != t.secret {
		return broken("cli.demo.broken.key")
	}
	t.seen("cli.demo.key.seen")
	return nil
}

// opens expects that the key opens, and with its own value.
func (t *telling) opens(ctx context.Context) error {
	t.command("holdfastctl", "vault", "get", keyName)
	o, err := t.ctl(ctx, "", "vault", "get", keyName)
	if err != nil {
		return err
	}
	if o.exit != done || o.stdout != t.secret {
		t.quote(o.stderr)
		return broken("cli.demo.broken.key")
	}
	t.quote(strings.Repeat("•", len(t.secret)))
	t.seen("cli.demo.opens")
	return nil
}

// closed expects that the key does not open: no byte of it comes out.
func (t *telling) closed(ctx context.Context) error {
	t.command("holdfastctl", "vault", "get", keyName)
	o, err := t.ctl(ctx, "", "vault", "get", keyName)
	if err != nil {
		return err
	}
	t.quote(o.stderr)
	if o.stdout != "" || o.exit != codeAsked {
		return broken("cli.demo.broken.open")
	}
	t.seen("cli.demo.closed")
	return nil
}
