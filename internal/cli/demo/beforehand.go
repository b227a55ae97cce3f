package demo

import (
	"context"

	"github.com/seed-1feef0b2/holdfast/api"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// announces says beforehand that a disk is going to be replaced; the code is
// typed now, while nothing is locked.
func announces(ctx context.Context, t *telling) error {
	if _, err := t.show(ctx, codeSent, "announce", "--groups", "disk", "--hours", "24"); err != nil {
		return err
	}
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	return t.opens(ctx)
}

// thirdDisk is one more disk, after the one of the sample's variant.
const thirdDisk = `-- sys/devices/pci0000%3A00/0000%3A00%3A1d.0/0000%3A02%3A00.0/nvme/nvme0/model --
KIOXIA EXCERIA PLUS G3 1TB
-- sys/devices/pci0000%3A00/0000%3A00%3A1d.0/0000%3A02%3A00.0/nvme/nvme0/serial --
83JA211BKZ5Q
`

func announcedDisk(ctx context.Context, t *telling) error {
	if err := t.computer.change([]byte(thirdDisk)); err != nil {
		return err
	}
	if _, err := t.show(ctx, done, "check"); err != nil {
		return err
	}
	if err := t.stands(ctx, "activated"); err != nil {
		return err
	}
	t.seen("cli.demo.new_disk.seen")
	return t.opens(ctx)
}

// history expects the whole story in the computer's own words: what was asked
// and what was accepted.
func history(ctx context.Context, t *telling) error {
	if _, err := t.show(ctx, done, "history"); err != nil {
		return err
	}
	events, err := t.events(ctx)
	if err != nil {
		return err
	}
	for _, want := range []string{api.EventAsked, api.EventActivated, api.EventAccepted, api.EventAnnounced} {
		if !events[want] {
			return broken("cli.demo.broken.history", text.Data{"Event": want})
		}
	}
	t.seen("cli.demo.history.seen")
	return nil
}

// addsPhone enrols a phone: the code goes to it.
func addsPhone(ctx context.Context, t *telling) error {
	if _, err := t.show(ctx, codeSent, "phone", "add", "+84 90 123 4567", "--password-file", t.client.passwordFile); err != nil {
		return err
	}
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	t.seen("cli.demo.phone.seen")
	return nil
}

// choosesPhone makes codes go to the phone. The code that confirms it comes the
// old way, so that whoever holds the computer alone cannot do it.
func choosesPhone(ctx context.Context, t *telling) error {
	if _, err := t.show(ctx, codeSent, "channel", "set", api.ChannelSMS, "--password-file", t.client.passwordFile); err != nil {
		return err
	}
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	_, err := t.show(ctx, done, "security")
	return err
}

// fourthDisk is one more disk, which nobody announced.
const fourthDisk = `-- sys/devices/pci0000%3A00/0000%3A00%3A1d.0/0000%3A02%3A00.0/nvme/nvme0/model --
CT1000P5PSSD8
-- sys/devices/pci0000%3A00/0000%3A00%3A1d.0/0000%3A02%3A00.0/nvme/nvme0/serial --
2242E6703B51
`

// textedCode expects the code of another disk on the phone, and nowhere else.
func textedCode(ctx context.Context, t *telling) error {
	if err := t.computer.change([]byte(fourthDisk)); err != nil {
		return err
	}
	if _, err := t.show(ctx, codeAsked, "check"); err != nil {
		return err
	}
	m, err := t.openMail(ctx)
	if err != nil {
		return err
	}
	if m.Channel != api.ChannelSMS {
		return broken("cli.demo.broken.channel", text.Data{"Channel": m.Channel})
	}
	if err := t.typeCode(ctx); err != nil {
		return err
	}
	return t.opens(ctx)
}
