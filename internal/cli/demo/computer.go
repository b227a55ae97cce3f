package demo

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// sample is the recorded computer that the story is about.
const sample = "laptop"

// newerDriver is one more update of the graphics driver, after the sample's own.
const newerDriver = `-- sys/module/nvidia/version --
565.57.01
-- sys/module/nvidia/srcversion --
0C4D1A7E92B35F8860A1D24
`

// computer is the recorded computer, which changes as the story goes on: each
// change is a new folder with everything that happened so far.
type computer struct {
	root    string
	changes [][]byte
	dir     string
}

// newComputer unpacks the computer as it was bought.
func newComputer(root string) (computer, error) {
	c := computer{root: root}
	packed, err := recorded.Sample(sample)
	if err != nil {
		return c, err
	}
	return c, c.change(packed)
}

// happen lets variants of the sample happen to the computer.
func (c *computer) happen(variants ...string) error {
	for _, v := range variants {
		packed, err := recorded.Sample(sample + "." + v)
		if err != nil {
			return err
		}
		if err := c.change(packed); err != nil {
			return err
		}
	}
	return nil
}

// change lays a packed change over the computer.
func (c *computer) change(packed []byte) error {
	c.changes = append(c.changes, packed)
	c.dir = filepath.Join(c.root, "computer-"+strconv.Itoa(len(c.changes)))
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	for _, p := range c.changes {
		if err := recorded.Unpack(p, c.dir); err != nil {
			return err
		}
	}
	return nil
}
