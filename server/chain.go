package server

import "github.com/seed-1feef0b2/holdfast/api"

// chainHex is the length of a chain value: 128 bits.
const chainHex = 32

func validChain(s string) bool { return len(s) == chainHex && lowerHex(s) }

// link is what a chain pair turned out to be.
type link int

const (
	linkNext   link = iota // prev is current: the chain moves on
	linkRepeat             // the last pair again: an answer was lost, the chain stays
	linkFork               // anything else: a copy, or a restored backup
)

// judgePair says what a pair is, without changing anything.
func judgePair(d Device, prev, next string) link {
	switch {
	case prev == d.Current:
		return linkNext
	case prev == d.LastPrev && next == d.LastNext:
		return linkRepeat
	}
	return linkFork
}

// factEpoch counts the restores of the database.
const factEpoch = "restore epoch"

// follow moves the device's chain and says whether it forked. After a restore
// of the database one unknown value per device is accepted, and logged.
func (w *work) follow(d *Device, r api.CheckInRequest) (forked bool, err error) {
	kind := judgePair(*d, r.Prev, r.Next)
	if kind == linkFork {
		epoch, err := w.tx.Fact(factEpoch)
		if err != nil {
			return false, err
		}
		if d.Epoch >= epoch {
			return true, nil
		}
		d.Epoch, kind = epoch, linkNext
		if err := w.note(*d, "chain.restored", "accepted", ""); err != nil {
			return false, err
		}
	}
	if kind == linkNext {
		d.Current, d.LastPrev, d.LastNext = r.Next, r.Prev, r.Next
	}
	return false, nil
}
