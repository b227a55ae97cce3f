package app

import (
	"context"
	"errors"

	"github.com/seed-1feef0b2/holdfast/api"
)

type settingsRecord struct {
	Schema int `json:"schema"`
	Settings
}

// Settings gives the person's choices. A broken file is set aside and gives the
// defaults.
func (c *Client) Settings() Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	var r settingsRecord
	if err := c.load(settingsFile, &r); err != nil {
		if !errors.Is(err, errNoFile) {
			c.cfg.Log.Warn("settings", "error", err)
		}
		return Settings{}
	}
	return r.Settings
}

// SaveSettings keeps the person's choices. It refuses values that do not exist
// with invalid_value.
func (c *Client) SaveSettings(in Settings) error {
	if !oneOf(in.Language, "", "en", "vi", "ru") || !oneOf(in.Appearance, "", "light", "dark") ||
		!oneOf(in.TextSize, "", "smaller", "larger") {
		return api.NewError(api.CodeInvalidValue)
	}
	s, err := c.begin(context.Background())
	if err != nil {
		return err
	}
	defer s.end()
	return s.store(settingsFile, settingsRecord{Schema: recordSchema, Settings: in})
}

func oneOf(s string, list ...string) bool {
	for _, l := range list {
		if s == l {
			return true
		}
	}
	return false
}
