package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/assets/text"
	"github.com/seed-1feef0b2/holdfast/server"
)

// rotateKeys changes the keys of a server, beside servers that run.
func (p Program) rotateKeys(ctx context.Context) error {
	var void, again, anew bool
	s, rest, err := p.settings(func(f *flag.FlagSet) {
		f.BoolVar(&void, "void", false, "")
		f.BoolVar(&again, "again", false, "")
		f.BoolVar(&anew, "anew", false, "")
	})
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return refuse("rotate-what", nil)
	}
	do := map[string]func(*server.Service) error{
		"master":  func(v *server.Service) error { return p.rotateMaster(ctx, &s, v) },
		"finish":  func(v *server.Service) error { return p.finishMaster(ctx, &s, v) },
		"pepper":  func(v *server.Service) error { return p.rotatePepper(ctx, v) },
		"signing": func(v *server.Service) error { return p.rotateSigning(ctx, v, again, anew) },
		"status":  func(v *server.Service) error { return p.keyStatus(ctx, &s, v) },
	}[rest[0]]
	switch {
	case s.Origin == "" && (rest[0] == "signing" || rest[0] == "master-lost"):
		// What is announced names the server, and computers believe only what names theirs.
		return refuse("rotate-origin", nil)
	case rest[0] == "master-lost":
		return p.masterLost(ctx, s, void)
	case do == nil:
		return refuse("rotate-what", nil)
	}
	return withService(s, func(service *server.Service) error { return rotateRefusal(do(service)) })
}

// rotateRefusal says in words what a rotation refuses.
func rotateRefusal(err error) error {
	for is, key := range map[error]string{
		server.ErrNoRotation: "rotate-none", server.ErrRotating: "rotate-under-way",
		server.ErrUnfinished: "rotate-unfinished", server.ErrRotatedLately: "rotate-lately",
		server.ErrNotLost: "rotate-not-lost", server.ErrHalfLost: "rotate-half-lost",
	} {
		if errors.Is(err, is) {
			return refuse(key, nil)
		}
	}
	return err
}

func (p Program) sayKeys(key string, data text.Data) error {
	_, err := fmt.Fprintln(p.Stdout, text.For(p.language()).T("daemon.rotate."+key, data))
	return err
}

// masterAt is where a master key is, for an operator: its file, or its name.
func (s *Settings) masterAt(name string) string {
	if len(s.Master.Command) == 0 {
		if path := (keyFolder{dir: s.masterFolder()}).fileOf(name); path != "" {
			return path
		}
	}
	return name
}

func (p Program) rotateMaster(ctx context.Context, s *Settings, v *server.Service) error {
	done, err := v.RotateMaster(ctx, nil)
	if err != nil {
		return err
	}
	if done.Broken > 0 {
		err = p.sayKeys("broken", text.Data{"Rows": done.Broken})
	}
	return errors.Join(err, p.sayKeys("master", text.Data{"Rows": done.Changed, "Master": s.masterAt(done.Master)}))
}

func (p Program) finishMaster(ctx context.Context, s *Settings, v *server.Service) error {
	done, err := v.FinishMaster(ctx)
	if err != nil {
		return err
	}
	return p.sayKeys("finish", text.Data{"Master": s.masterAt(done.Master)})
}

func (p Program) rotatePepper(ctx context.Context, v *server.Service) error {
	done, until, err := v.RotatePepper(ctx, nil)
	if err != nil {
		return err
	}
	return p.sayKeys("pepper", text.Data{"Rows": done.Changed, "Until": until.Format(time.RFC3339)})
}

func (p Program) rotateSigning(ctx context.Context, v *server.Service, again, anew bool) error {
	if anew {
		if err := v.RenewSigning(ctx); err != nil {
			return err
		}
		return p.sayKeys("signing-anew", nil)
	}
	if err := v.RotateSigning(ctx, again); err != nil {
		return err
	}
	return p.sayKeys("signing", nil)
}

func (p Program) keyStatus(ctx context.Context, s *Settings, v *server.Service) error {
	k, err := v.KeyStatus(ctx)
	if err != nil {
		return err
	}
	var masters []string
	for _, m := range k.Masters {
		masters = append(masters, s.masterAt(m))
	}
	err = p.sayKeys("status", text.Data{
		"Masters": strings.Join(masters, ", "), "Sealing": k.Sealing, "Peppers": k.Peppers, "Issuer": k.Issuer, "Next": k.Next, "Past": k.Past,
	})
	if k.MasterUnderWay {
		err = errors.Join(err, p.sayKeys("status-master", nil))
	}
	return err
}

// masterLost starts anew without the master key. It is asked for twice, by word and
// by flag, because nothing brings back what it voids.
func (p Program) masterLost(ctx context.Context, s Settings, void bool) error {
	if !void {
		return refuse("rotate-void", nil)
	}
	if err := s.builtInThere(); err != nil {
		return err
	}
	kms, _, err := s.kms(rand.Reader)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, &s, false)
	if err != nil {
		return err
	}
	done, err := server.MasterLost(ctx, server.Config{
		Store: db, Now: p.now, Master: server.NewSealerOver(kms), Origin: strings.TrimRight(s.Origin, "/"),
	}, nil)
	if err = rotateRefusal(errors.Join(err, db.Close())); err != nil {
		return err
	}
	return p.sayKeys("master-lost", text.Data{"Rows": done.Changed, "Master": s.masterAt(done.Master)})
}
