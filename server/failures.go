package server

import (
	"github.com/seed-1feef0b2/holdfast/api"
)

// strangers is the counter of wrong codes from keys that were never active, by
// account and channel: a stranger pauses strangers, never the owner's computer.
const strangers = "wrong codes of new computers"

func strangersID(c Contact) string { return c.Account + " " + c.Channel }

// paused is until when a source of wrong codes may neither try nor be sent
// another code; zero or the past where it is not paused.
func (w *work) paused(sc scene) (int64, error) {
	times := since(sc.dev.Failures, w.now-seconds(day))
	if !sc.dev.OnceActive {
		all, err := w.times(strangers, strangersID(sc.to))
		if err != nil {
			return 0, err
		}
		times = since(all, w.now-seconds(day))
	}
	if len(times) < w.limits.FailuresPerDay {
		return sc.dev.Blocked, nil
	}
	return max(times[len(times)-1]+seconds(day), sc.dev.Blocked), nil
}

// mayTry refuses a try before anything is compared: the source is paused, the
// channel takes no new computers, or the delay after the last wrong code is not
// over.
func (w *work) mayTry(sc scene) error {
	until, err := w.paused(sc)
	if err != nil {
		return err
	}
	switch {
	case until > w.now:
		return retryAt(api.CodeChallengeLocked, until)
	case sc.to.EnrolStopped != 0 && !sc.dev.OnceActive:
		return api.NewError(api.CodeChallengeLocked, "active_computer")
	case sc.dev.NextTry > w.now:
		return retryAt(api.CodeTryWait, sc.dev.NextTry)
	}
	return nil
}

// fail counts a wrong code on the key, the account and channel, and delays the
// next try. It saves device and contact, and gives until when the source is
// paused now, zero where it is not.
func (w *work) fail(sc *scene) (int64, error) {
	sc.dev.Streak++
	sc.dev.Failures = append(since(sc.dev.Failures, w.now-seconds(day)), w.now)
	if d := w.limits.tryDelay(sc.dev.Streak); d > 0 {
		sc.dev.NextTry = w.now + seconds(d)
	}
	if err := w.tx.SaveDevice(sc.dev); err != nil {
		return 0, err
	}
	if !sc.dev.OnceActive {
		if err := w.failStranger(sc); err != nil {
			return 0, err
		}
	}
	return w.paused(*sc)
}

func (w *work) failStranger(sc *scene) error {
	times, err := w.times(strangers, strangersID(sc.to))
	if err != nil {
		return err
	}
	times = append(since(times, w.now-seconds(day)), w.now)
	if err := w.setTimes(strangers, strangersID(sc.to), times, w.now+2*seconds(day)); err != nil {
		return err
	}
	sc.to.Failures++
	stop := sc.to.Failures >= w.limits.StrangerFailures && sc.to.EnrolStopped == 0
	if stop {
		sc.to.EnrolStopped = w.now
	}
	if err := w.tx.SaveContact(sc.to); err != nil || !stop {
		return err
	}
	return w.notify(sc.dev, NoticeEnrolStopped, nil)
}

// wrong answers a code that is well formed and not right: counted everywhere,
// the challenge closed at its limit, and the owner told where the code was
// another computer's.
func (w *work) wrong(sc scene, ch Challenge, typed string) error {
	until, err := w.fail(&sc)
	if err != nil {
		return err
	}
	ch.Failures++
	left := max(w.limits.TriesPerChallenge-ch.Failures, 0)
	if left == 0 {
		err = w.closeChallenge(ch, api.ChallengeLocked)
	} else {
		err = w.tx.SaveChallenge(ch)
	}
	if err != nil {
		return err
	}
	if left == 0 {
		f := eventFacts{Result: api.ChallengeLocked, Reason: ch.Reason, Reference: ch.Reference}
		if err := w.event(sc.dev, api.EventWrongCodes, f); err != nil {
			return err
		}
	}
	if left == 0 || until > w.now {
		if err := w.notify(sc.dev, NoticeLocked, map[string]string{"Until": stamp(until)}); err != nil {
			return err
		}
	}
	if err := w.note(sc.dev, "answer", api.CodeWrong, ""); err != nil {
		return err
	}
	if err := w.othersCode(sc.dev.Account, ch.ID, typed); err != nil {
		return err
	}
	e := api.NewError(api.CodeWrong).With(ArgTriesLeft, left)
	if sc.dev.NextTry > w.now {
		e = retryAt(api.CodeWrong, sc.dev.NextTry).With(ArgTriesLeft, left)
	}
	return keep(e)
}

// othersCode tells the owner when a code that was typed on one computer is
// right for another one's challenge, once for each challenge.
func (w *work) othersCode(account, except, typed string) error {
	open, err := w.tx.OpenChallenges(account)
	if err != nil {
		return err
	}
	for _, ch := range open {
		if ch.ID == except || ch.Told != 0 {
			continue
		}
		m, _, err := w.match(ch, typed)
		if err != nil {
			return err
		}
		if m == matchRight {
			if err := w.tellWrongDevice(ch); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) tellWrongDevice(ch Challenge) error {
	ch.Told = w.now
	if err := w.tx.SaveChallenge(ch); err != nil {
		return err
	}
	owner, err := w.tx.Device(ch.Device)
	if err != nil {
		return err
	}
	if err := w.note(owner, "answer", "wrong-device", ""); err != nil {
		return err
	}
	return w.notify(owner, NoticeWrongDevice, nil)
}
