package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// keysDoc is the JSON of "vault list".
type keysDoc struct {
	Keys []keyDoc `json:"keys"`
}

type keyDoc struct {
	Name    string `json:"name"`
	Size    int    `json:"size"` // bytes
	Created string `json:"created"`
	Used    string `json:"used"` // empty for never
}

// valueDoc is the JSON of "vault get": a value that is no UTF-8 text goes as base64.
type valueDoc struct {
	Name     string `json:"name"`
	Encoding string `json:"encoding"` // text or base64
	Value    string `json:"value"`
}

// doneDoc is the JSON of what else was done.
type doneDoc struct {
	Name string `json:"name,omitempty"`
	Keys *int   `json:"keys,omitempty"`
}

func vaultList(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	list, err := client.Keys(ctx)
	if err != nil {
		return reply{}, err
	}
	doc := keysDoc{Keys: []keyDoc{}}
	for _, k := range list {
		doc.Keys = append(doc.Keys, keyDoc{Name: k.Name, Size: k.Size, Created: stamp(k.Created), Used: stamp(k.Used)})
	}
	return reply{doc: doc, text: func(w io.Writer) { c.keys(w, list) }}, nil
}

// stamp writes a time for scripts, empty where there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// keys writes the names one a line, so that they can be piped on; that there is
// none goes to standard error.
func (c *call) keys(w io.Writer, list []vault.Info) {
	for _, k := range list {
		fmt.Fprintln(w, k.Name)
	}
	if len(list) == 0 {
		c.line(c.Stderr, "cli.vault.empty")
	}
}

func vaultPut(ctx context.Context, c *call) (reply, error) {
	value, err := c.value()
	if err != nil {
		return reply{}, err
	}
	if len(value) == 0 {
		return reply{}, misuse("cli.wrong.empty")
	}
	name := c.args[0]
	return c.changed(doneDoc{Name: name}, "cli.vault.put", text.Data{"Name": name}, func(client *app.Client) error {
		return client.PutKey(ctx, name, value)
	})
}

// value is the value of a key: of a file or of standard input byte for byte; of
// a person at a terminal one line that is not shown.
func (c *call) value() ([]byte, error) {
	if file, ok := c.flags["file"]; ok {
		return c.input(file)
	}
	if in, ok := c.terminal(); ok {
		typed, err := c.hidden(in, "cli.ask.value")
		return []byte(typed), err
	}
	return c.input(fromStdin)
}

// changed does something that changes the vault and says that it is done.
func (c *call) changed(doc any, key string, data text.Data, do func(*app.Client) error) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	if err := do(client); err != nil {
		return reply{}, err
	}
	return reply{doc: doc, text: func(w io.Writer) { c.line(w, key, data) }}, nil
}

func vaultGet(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	value, err := client.GetKey(ctx, c.args[0])
	if err != nil {
		return reply{}, err
	}
	doc := valueDoc{Name: c.args[0], Encoding: "text", Value: string(value)}
	if !utf8.Valid(value) {
		doc.Encoding, doc.Value = "base64", base64.StdEncoding.EncodeToString(value)
	}
	return reply{doc: doc, text: func(w io.Writer) { _, _ = w.Write(value) }}, nil
}

func vaultRemove(ctx context.Context, c *call) (reply, error) {
	name := c.args[0]
	return c.changed(doneDoc{Name: name}, "cli.vault.removed", text.Data{"Name": name}, func(client *app.Client) error {
		return client.RemoveKey(ctx, name)
	})
}

func vaultBackup(ctx context.Context, c *call) (reply, error) {
	pass, err := c.password("passphrase-file", "cli.ask.new_passphrase", true)
	if err != nil {
		return reply{}, err
	}
	return c.changed(doneDoc{}, "cli.vault.backup", text.Data{}, func(client *app.Client) error {
		return client.Backup(ctx, c.args[0], pass)
	})
}

func vaultRestore(ctx context.Context, c *call) (reply, error) {
	pass, err := c.password("passphrase-file", "cli.ask.passphrase", false)
	if err != nil {
		return reply{}, err
	}
	data, n := text.Data{}, new(int)
	return c.changed(doneDoc{Keys: n}, "cli.vault.restored", data, func(client *app.Client) error {
		var err error
		*n, err = client.Restore(ctx, c.args[0], pass)
		data["Count"] = *n
		return err
	})
}
