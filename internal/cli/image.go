package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-1feef0b2/holdfast/app"
	"github.com/seed-1feef0b2/holdfast/assets/text"
)

// What an image of a Linux computer must not carry beside the profile.
const (
	machineIDFile = "etc/machine-id"
	tagKeyFile    = "var/lib/holdfast/tag.key"
	tagsFile      = "run/holdfast/tags.json"
)

// imageDoc is the JSON of "prepare-image". The three facts about the system are
// those that matter to an image of it.
type imageDoc struct {
	app.Prepared
	// MachineID says that the system still has a number that clones would share.
	MachineID bool `json:"machine_id"`
	// TagKey says that the key of the serial number tags is still there.
	TagKey bool `json:"tag_key"`

	removed bool
}

func prepareImage(ctx context.Context, c *call) (reply, error) {
	client, err := c.client()
	if err != nil {
		return reply{}, err
	}
	defer client.Close()
	done, err := client.PrepareImage(ctx, c.flags.is("forget-keys"))
	if err != nil {
		return reply{}, err
	}
	doc := imageDoc{Prepared: done}
	if err := c.tidySystem(&doc); err != nil {
		return reply{}, err
	}
	return reply{doc: doc, text: func(w io.Writer) { c.image(w, doc) }}, nil
}

func (c *call) image(w io.Writer, doc imageDoc) {
	c.line(w, "cli.image.ready")
	if !doc.SignedOut {
		c.line(w, "cli.image.not_told")
	}
	if doc.removed {
		c.line(w, "cli.image.tag_key_gone")
	}
	if doc.TagKey {
		c.line(w, "cli.image.tag_key", text.Data{"Path": c.system(tagKeyFile)})
	}
	if doc.MachineID {
		c.line(w, "cli.image.machine_id", text.Data{"Path": c.system(machineIDFile)})
	}
}

func (c *call) system(path string) string {
	root := c.Root
	if root == "" {
		root = string(filepath.Separator)
	}
	return filepath.Join(root, filepath.FromSlash(path))
}

// tidySystem removes the key of the tags, and the tags, where this process may,
// and says what of the system is still as clones must not share it. The system's
// own number stays: a running system needs it.
func (c *call) tidySystem(doc *imageDoc) error {
	if c.Admin() {
		for _, path := range []string{tagKeyFile, tagsFile} {
			err := os.Remove(c.system(path))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fileError(err)
			}
			doc.removed = doc.removed || err == nil && path == tagKeyFile
		}
	}
	_, err := os.Lstat(c.system(tagKeyFile))
	doc.TagKey = !errors.Is(err, fs.ErrNotExist) // one that cannot be looked at counts as there
	raw, err := os.ReadFile(c.system(machineIDFile))
	id := bytes.TrimSpace(raw)
	doc.MachineID = err == nil && len(id) > 0 && !bytes.Equal(id, []byte("uninitialized"))
	return nil
}
