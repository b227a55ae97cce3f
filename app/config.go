package app

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/seed-1feef0b2/holdfast/app/chip"
	"github.com/seed-1feef0b2/holdfast/app/files"
	"github.com/seed-1feef0b2/holdfast/app/keystore"
	"github.com/seed-1feef0b2/holdfast/app/remote"
	"github.com/seed-1feef0b2/holdfast/app/vault"
	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/rules"
)

// Config is what a Client is built from. Everything that it reaches for comes
// through here.
type Config struct {
	// Profile is the profile's directory; it is made where it is missing.
	Profile string
	// Server is the server's address, such as https://holdfast.example. Empty
	// takes the one that this profile is enrolled with or was prepared for, else
	// Fallback.
	Server string
	// Fallback is the server's address where nothing else names one; may be empty.
	Fallback string
	// Source is the computer that is read.
	Source fingerprint.Source
	// Keystore opens the keyring for a profile's items.
	Keystore func(profileID string) (keystore.Store, error)
	// Chip opens the security chip that holds keys; nil keeps them in the keyring.
	// A profile whose key is in a chip needs it.
	Chip func(context.Context) (chip.Chip, error)
	// Disk writes the profile's files; nil is the operating system's.
	Disk files.Disk
	// Now and Rand are the clock and the randomness; nil is the system's.
	Now  func() time.Time
	Rand io.Reader
	// Wait waits between two readings of this computer, or until ctx ends; nil
	// waits by the system's timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Transport carries requests; nil is one with the system's proxy.
	Transport http.RoundTripper
	// Language is en, vi or ru: what the account's messages are written in.
	Language string
	// Version is the program's version, told to the server.
	Version string
	// Name is this computer's default name; empty takes a plain word.
	Name string
	// Argon is the cost of a new vault; only tests have a reason to set it.
	Argon vault.Params
	// Log gets the client's own log; nil discards it.
	Log *slog.Logger
}

// Client is one profile of one computer. Its methods may be called from any
// goroutine; they run one after the other.
type Client struct {
	cfg    Config
	remote *remote.Client

	mu      sync.Mutex
	reached string // how the last request ended: ServerReachable, ServerAway
	ring    *keyring
	chip    chip.Chip // nil before it was needed
	open    *vault.Vault
	memo    vault.Memo
	notes   map[string]bool // warnings of this run: files set aside
	// accepted is what the last check-in of this run accepted without a code.
	accepted []Drift
	// lists keeps long lists of this computer between reads while nothing changed.
	lists *fingerprint.Memo
	// rules are the placeholder rules in use, nil before they were needed.
	rules *rules.Set
	// past are the issuer keys that were pinned before; see record.Past.
	past []string
	// remake allows a lost vault to be made anew; only while restoring.
	remake bool
}

// Open makes a client of a profile. It reads nothing yet and fails only where
// the configuration itself is wrong: insecure_server for plain http off
// loopback, usage for a server address that is none.
func Open(cfg Config) (*Client, error) {
	if cfg.Disk == nil {
		cfg.Disk = files.OS()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Wait == nil {
		cfg.Wait = wait
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, notes: map[string]bool{}, lists: fingerprint.NewMemo()}
	if cfg.Server != "" {
		if _, err := c.server(cfg.Server); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Close forgets what is open in memory. The profile stays as it is.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut()
}

// Profile is the profile's directory.
func (c *Client) Profile() string { return c.cfg.Profile }

func (c *Client) path(name string) string { return filepath.Join(c.cfg.Profile, name) }

// server gives the connection to an address, made once.
func (c *Client) server(address string) (*remote.Client, error) {
	if c.remote != nil && c.remote.Server() == address {
		return c.remote, nil
	}
	r, err := remote.New(remote.Config{
		Server: address, Transport: c.cfg.Transport, Now: c.cfg.Now, Rand: c.cfg.Rand,
		Log: c.cfg.Log, Version: c.cfg.Version,
	})
	if err != nil {
		return nil, err
	}
	c.remote = r
	return r, nil
}
