package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// keyCommand is a KMS behind a program, such as the client of a key service. The
// program is called with current, wrap or unwrap as its last argument, reads one
// JSON object and writes one; docs/keys.md says what is in them. Keys go through
// pipes, never through arguments or the environment.
type keyCommand struct {
	argv []string
	// wait bounds one call.
	wait time.Duration
}

// keyCommandTime is how long a key service may take.
const keyCommandTime = 30 * time.Second

// keyWords are what is said to the program and what it says. Bytes are base64.
type keyWords struct {
	Master  string `json:"master,omitempty"`
	Label   string `json:"label,omitempty"`
	Key     []byte `json:"key,omitempty"`
	Wrapped []byte `json:"wrapped,omitempty"`
	// Missing says that there is no master key of that name.
	Missing bool `json:"missing,omitempty"`
}

func (k keyCommand) call(ctx context.Context, what string, in keyWords) (keyWords, error) {
	ctx, cancel := context.WithTimeout(ctx, k.wait)
	defer cancel()
	raw, err := json.Marshal(in)
	if err != nil {
		return keyWords{}, err
	}
	argv := append(append([]string{}, k.argv[1:]...), what)
	cmd := exec.CommandContext(ctx, k.argv[0], argv...) //nolint:gosec // the operator's own program
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout = bytes.NewReader(raw), &out
	if err := cmd.Run(); err != nil { // what it printed may hold a key
		return keyWords{}, refuseFor("master-command", err, text.Data{"Command": k.argv[0], "What": what})
	}
	var words keyWords
	if err := json.Unmarshal(out.Bytes(), &words); err != nil {
		return words, refuse("master-command", text.Data{"Command": k.argv[0], "What": what})
	}
	if words.Missing {
		return words, fmt.Errorf("%s: %w", k.argv[0], server.ErrNoMaster)
	}
	return words, nil
}

func (k keyCommand) Current(ctx context.Context) (string, error) {
	words, err := k.call(ctx, "current", keyWords{})
	if err == nil && words.Master == "" {
		err = refuse("master-command", text.Data{"Command": k.argv[0], "What": "current"})
	}
	return words.Master, err
}

func (k keyCommand) Wrap(ctx context.Context, master, label string, key []byte) ([]byte, error) {
	words, err := k.call(ctx, "wrap", keyWords{Master: master, Label: label, Key: key})
	if err == nil && (len(words.Wrapped) == 0 || bytes.Contains(words.Wrapped, key)) {
		err = refuse("master-command", text.Data{"Command": k.argv[0], "What": "wrap"})
	}
	return words.Wrapped, err
}

func (k keyCommand) Unwrap(ctx context.Context, master, label string, wrapped []byte) ([]byte, error) {
	words, err := k.call(ctx, "unwrap", keyWords{Master: master, Label: label, Wrapped: wrapped})
	if err == nil && len(words.Key) != masterSize {
		err = refuse("master-command", text.Data{"Command": k.argv[0], "What": "unwrap"})
	}
	return words.Key, err
}
