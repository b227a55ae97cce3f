package cli

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-1feef0b2/holdfast/api"
)

// vaultRotate gives the vault a new master key.
func vaultRotate(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Rotate(ctx)
	return reply{doc: statusDoc{Status: st}, text: func(w io.Writer) {
		if st.Rotating {
			c.outcome(w, st)
			return
		}
		c.line(w, "cli.vault.rotated")
	}}, err
}

// mostHours is the longest that a change may be announced for.
const mostHours = 168

// announce announces a change of hardware. It ends like registering: a code was
// sent and is waited for.
func announce(ctx context.Context, c *call) (reply, error) {
	groups := strings.FieldsFunc(c.flags["groups"], func(r rune) bool { return r == ',' || r == ' ' })
	known := []string{api.GroupDisk, api.GroupBoard, api.GroupNetwork}
	if len(groups) == 0 || slices.ContainsFunc(groups, func(g string) bool { return !slices.Contains(known, g) }) {
		return reply{}, misuse("cli.wrong.groups")
	}
	hours := 0
	if typed, ok := c.flags["hours"]; ok {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > mostHours {
			return reply{}, misuse("cli.wrong.hours")
		}
		hours = n
	}
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	st, err := client.Announce(ctx, groups, hours)
	return reply{doc: statusDoc{Status: st}, exit: ExitChallenge, text: func(w io.Writer) {
		c.challenge(w, st.Challenge)
		c.line(w, "cli.announce.opened")
	}}, err
}
