package chip

import (
	"bytes"
	"errors"

	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport"
)

// nonceSize is that of our sessions' nonces, in bytes.
const nonceSize = 16

// saved is an object as the chip took it out of its memory: cheaper to bring back
// than to make anew, good until the chip is reset, and only inside this program.
type saved struct {
	context tpm2.TPMSContext
	name    tpm2.TPM2BName
	public  tpm2.TPMTPublic
}

// loaded is an object in the chip.
type loaded struct {
	handle tpm2.TPMHandle
	name   tpm2.TPM2BName
	public tpm2.TPMTPublic
}

// restore brings a saved object back; false where there is none, or the chip
// does not take it any more.
func restore(t transport.TPM, s *saved) (loaded, bool) {
	if s == nil {
		return loaded{}, false
	}
	r, err := tpm2.ContextLoad{Context: s.context}.Execute(t)
	if err != nil {
		return loaded{}, false
	}
	return loaded{tpm2.TPMHandle(r.LoadedHandle.HandleValue()), s.name, s.public}, true
}

// save takes a copy of a loaded object for later; nil where the chip gives none.
func save(t transport.TPM, l loaded) *saved {
	r, err := tpm2.ContextSave{SaveHandle: l.handle}.Execute(t)
	if err != nil {
		return nil
	}
	return &saved{r.Context, l.name, l.public}
}

// storage gives the storage key, by the TCG's template for P-256 (TPM 2.0
// Provisioning Guidance, section 7.5.1): the same as long as the chip is not cleared.
func (c *tpm) storage(t transport.TPM) (loaded, error) {
	if l, ok := restore(t, c.kept()); ok {
		return l, nil
	}
	r, err := tpm2.CreatePrimary{PrimaryHandle: tpm2.TPMRHOwner, InPublic: tpm2.New2B(tpm2.ECCSRKTemplate)}.Execute(t)
	if err != nil {
		return loaded{}, err
	}
	public, err := r.OutPublic.Contents()
	if err != nil {
		flush(t, r.ObjectHandle)
		return loaded{}, err
	}
	l := loaded{r.ObjectHandle, r.Name, *public}
	c.keep(save(t, l))
	return l, nil
}

// toChip and fromChip are sessions in which nobody on the way can read or change
// what travels: salted to the storage key, AES-128-CFB.
func toChip(parent loaded) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, nonceSize, salted(parent), tpm2.AESEncryption(128, tpm2.EncryptIn))
}

func fromChip(parent loaded, auth Secret) tpm2.Session {
	return tpm2.HMAC(tpm2.TPMAlgSHA256, nonceSize, salted(parent), tpm2.AESEncryption(128, tpm2.EncryptOut), tpm2.Auth(password(auth)))
}

func salted(parent loaded) tpm2.AuthOption { return tpm2.Salted(parent.handle, parent.public) }

// password is an authorisation as the chip gets it: without a zero byte. A chip
// cuts off those at the end (Part 1, section 19.6.5), and go-tpm 0.9.8 cuts at the
// first one anywhere, so that the two would not agree.
func password(auth Secret) []byte { return bytes.ReplaceAll(auth[:], []byte{0}, []byte{1}) }

// create makes an object under the storage key and gives its blob.
func (c *tpm) create(t transport.TPM, kind byte, template tpm2.TPMTPublic, secret []byte, auth Secret) ([]byte, error) {
	parent, err := c.storage(t)
	if err != nil {
		return nil, err
	}
	defer flush(t, parent.handle)
	r, err := tpm2.Create{
		ParentHandle: tpm2.AuthHandle{Handle: parent.handle, Name: parent.name, Auth: toChip(parent)},
		InSensitive: tpm2.TPM2BSensitiveCreate{Sensitive: &tpm2.TPMSSensitiveCreate{
			UserAuth: tpm2.TPM2BAuth{Buffer: password(auth)},
			Data:     tpm2.NewTPMUSensitiveCreate(&tpm2.TPM2BSensitiveData{Buffer: secret}),
		}},
		InPublic: tpm2.New2B(template),
	}.Execute(t)
	if err != nil {
		return nil, err
	}
	public := r.OutPublic.Bytes()
	data := blob{kind: kind, parent: parentOf(parent.name, public), public: public, private: r.OutPrivate.Buffer}.encode()
	if _, err := parseBlob(kind, data); err != nil {
		return nil, errAnswer
	}
	return data, nil
}

// load loads a blob's object. A blob of another storage key is errOther; the
// chip's own check of it says the same.
func load(t transport.TPM, parent loaded, b blob) (loaded, error) {
	if parentOf(parent.name, b.public) != b.parent {
		return loaded{}, errOther
	}
	r, err := tpm2.Load{
		ParentHandle: tpm2.AuthHandle{Handle: parent.handle, Name: parent.name, Auth: tpm2.PasswordAuth(nil)},
		InPrivate:    tpm2.TPM2BPrivate{Buffer: b.private},
		InPublic:     tpm2.BytesAs2B[tpm2.TPMTPublic](b.public),
	}.Execute(t)
	if errors.Is(err, tpm2.TPMRCIntegrity) {
		return loaded{}, errors.Join(errOther, err)
	}
	if err != nil {
		return loaded{}, err
	}
	return loaded{handle: r.ObjectHandle, name: r.Name}, nil
}

func (c *tpm) unseal(t transport.TPM, b blob, auth Secret) (Secret, error) {
	parent, err := c.storage(t)
	if err != nil {
		return Secret{}, err
	}
	defer flush(t, parent.handle)
	item, err := load(t, parent, b)
	if err != nil {
		return Secret{}, err
	}
	defer flush(t, item.handle)
	r, err := tpm2.Unseal{ItemHandle: tpm2.AuthHandle{
		Handle: item.handle, Name: item.name, Auth: fromChip(parent, auth),
	}}.Execute(t)
	if err != nil {
		return Secret{}, err
	}
	defer clear(r.OutData.Buffer)
	if len(r.OutData.Buffer) != len(Secret{}) {
		return Secret{}, errAnswer
	}
	return Secret(r.OutData.Buffer), nil
}
