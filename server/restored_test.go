package server_test

import "testing"

// TestARestoreBringsNoUsedCodeBack: what a backup holds open may have been answered
// after it, so its code is worth nothing; the computer gets another one.
func TestARestoreBringsNoUsedCodeBack(t *testing.T) {
	each(t, func(l *lab) {
		b := l.box()
		l.must(b.register("kim@example.org"))
		old := l.code()
		l.must(l.svc.OpenEpoch(ctx))
		if _, _, err := b.answer(old); err == nil {
			t.Fatal("a code from before the restore activates")
		}
		if got := l.code(); got == old {
			t.Fatal("the same code is sent again")
		} else if reply, err := b.checkIn(); err != nil || reply.Challenge == nil {
			t.Fatalf("%+v, %v", reply, err)
		} else if b.challenge = *reply.Challenge; reply.Challenge.Reference == "" {
			t.Fatal("no reference")
		} else if _, _, err := b.answer(l.code()); err != nil {
			t.Errorf("the new code: %v", err)
		}
	})
}
