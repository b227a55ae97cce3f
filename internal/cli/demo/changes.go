package demo

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api/code"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// policy changes the account's policy, as an operator does, and lets the
// computer learn of it.
func (t *telling) policy(ctx context.Context, name string) error {
	t.command("holdfastd", "policy", "--data", "DIR", "--account", t.account, name)
	o, err := t.program(ctx, t.Daemon, "", "policy", "--data", t.data(), "--account", t.account, name)
	if err != nil {
		return err
	}
	t.quote(o.stdout + o.stderr)
	if o.exit != done {
		return broken("cli.demo.broken.policy")
	}
	_, err = t.show(ctx, done, "check")
	return err
}

func turnsStrict(ctx context.Context, t *telling) error {
	if err := t.policy(ctx, "strict"); err != nil {
		return err
	}
	return t.opens(ctx)
}

func driverChanges(ctx context.Context, t *telling) error {
	if err := t.computer.happen("driver-update"); err != nil {
		return err
	}
	if err := t.closed(ctx); err != nil {
		return err
	}
	if _, err := t.show(ctx, codeAsked, "check"); err != nil {
		return err
	}
	if err := t.asked(ctx, "gpu-driver", "kernel"); err != nil {
		return err
	}
	t.seen("cli.demo.driver.seen")
	return t.closed(ctx)
}

// triesAfter answers with something that is refused and gives the tries that
// are left before and after.
func (t *telling) triesAfter(ctx context.Context, typed string) (before, after int, err error) {
	st, err := t.status(ctx)
	if err != nil {
		return 0, 0, err
	}
	before = st.Challenge.TriesLeft
	if _, err = t.show(ctx, refused, "code", typed); err != nil {
		return 0, 0, err
	}
	if st, err = t.status(ctx); err != nil {
		return 0, 0, err
	}
	if st.Challenge == nil || st.State != "changed" {
		return 0, 0, unexpected(st)
	}
	return before, st.Challenge.TriesLeft, nil
}

func mistypes(ctx context.Context, t *telling) error {
	m, err := t.codeMail(ctx)
	if err != nil {
		return err
	}
	before, after, err := t.triesAfter(ctx, code.Group(slip(code.Normalise(m.Code))))
	if err != nil {
		return err
	}
	if before != after {
		return broken("cli.demo.broken.tries", text.Data{"Before": before, "After": after, "Want": before})
	}
	t.seen("cli.demo.mistyped.seen")
	return nil
}

func triesWrong(ctx context.Context, t *telling) error {
	m, err := t.openMail(ctx)
	if err != nil {
		return err
	}
	before, after, err := t.triesAfter(ctx, code.Group(other(code.Normalise(m.Code))))
	if err != nil {
		return err
	}
	if after != before-1 {
		return broken("cli.demo.broken.tries", text.Data{"Before": before, "After": after, "Want": before - 1})
	}
	t.seen("cli.demo.wrong.seen", text.Data{"Count": after})
	return t.closed(ctx)
}

func typesRight(ctx context.Context, t *telling) error {
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	return t.opens(ctx)
}

func turnsBalanced(ctx context.Context, t *telling) error {
	if err := t.policy(ctx, "balanced"); err != nil {
		return err
	}
	return t.opens(ctx)
}

func driverAccepted(ctx context.Context, t *telling) error {
	if err := t.computer.change([]byte(newerDriver)); err != nil {
		return err
	}
	st, err := t.document(ctx, done, "check")
	if err != nil {
		return err
	}
	t.command("holdfastctl", "check")
	if st.State != "activated" {
		return unexpected(st)
	}
	if !named(st.Accepted, "gpu-driver") {
		return broken("cli.demo.broken.drift")
	}
	for _, d := range st.Accepted {
		t.quote(t.Say.T("drift.kind."+d.Kind) + ": " + d.Before + " → " + d.After)
	}
	t.seen("cli.demo.accepted.seen")
	return t.opens(ctx)
}

// swappedWithoutServer shows that it is not the server that keeps the key
// closed: it is off, and nobody has told this computer anything.
func swappedWithoutServer(ctx context.Context, t *telling) error {
	t.stopServer()
	t.note("cli.demo.alone.off")
	if err := t.opens(ctx); err != nil {
		return err
	}
	if err := t.computer.happen("disk-swapped", "board-swapped"); err != nil {
		return err
	}
	t.note("cli.demo.alone.swapped")
	return t.closed(ctx)
}

func swapped(ctx context.Context, t *telling) error {
	if err := t.startServer(ctx, strings.TrimPrefix(t.client.address, "http://")); err != nil {
		return err
	}
	if _, err := t.show(ctx, codeAsked, "check"); err != nil {
		return err
	}
	if err := t.asked(ctx, "boot-disk", "board-serial"); err != nil {
		return err
	}
	t.seen("cli.demo.swapped.seen")
	return t.closed(ctx)
}

func unlocked(ctx context.Context, t *telling) error {
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	return t.opens(ctx)
}

func tellsStatus(ctx context.Context, t *telling) error {
	if _, err := t.show(ctx, done, "status"); err != nil {
		return err
	}
	st, err := t.status(ctx)
	if err != nil {
		return err
	}
	if st.State != "activated" || st.Binding == nil || len(st.Binding.Kinds) == 0 {
		return unexpected(st)
	}
	t.seen("cli.demo.status.seen")
	return nil
}

// next is the symbol after another in the alphabet of codes.
func next(symbol byte) string {
	i := strings.IndexByte(code.Crockford, symbol)
	return string(code.Crockford[(i+1)%len(code.Crockford)])
}

// slip is a code with one symbol mistyped.
func slip(right string) string { return next(right[0]) + right[1:] }

// other is another code with a right check symbol.
func other(right string) string {
	return code.WithCheck(next(right[0]) + right[1:len(right)-1])
}

// word is a random word of 26 letters and digits.
func word() string { return rand.Text() }
