package secrets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// workFactor is the cost of guessing the passphrase, as a power of two. It is
// paid once per start of the program, on a small machine within a second.
const workFactor = 16

// File is one file encrypted with age. Its key is itself encrypted with the
// passphrase, so that a change costs no second derivation.
type File struct {
	path       string
	passphrase func() (string, error)

	mu   sync.Mutex
	box  box
	key  *age.X25519Identity
	kept map[string]string
}

// box is the file: both parts are armored age files.
type box struct {
	Key     string `json:"key"`     // an age identity, encrypted with the passphrase
	Secrets string `json:"secrets"` // a JSON object of names and texts, encrypted to that identity
}

// NewFile keeps secrets in a file, which is made by the first Set. The
// passphrase is asked for once, at the first use.
func NewFile(path string, passphrase func() (string, error)) *File {
	return &File{path: path, passphrase: passphrase}
}

// Get implements Backend.
func (f *File) Get(name string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.unlock(); err != nil {
		return "", err
	}
	value, ok := f.kept[name]
	if !ok {
		return "", ErrNone
	}
	return value, nil
}

// Set implements Backend.
func (f *File) Set(name, value string) error {
	return f.edit(func(kept map[string]string) { kept[name] = value })
}

// Delete implements Backend.
func (f *File) Delete(name string) error {
	return f.edit(func(kept map[string]string) { delete(kept, name) })
}

func (f *File) edit(change func(map[string]string)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.unlock(); err != nil {
		return err
	}
	kept := make(map[string]string, len(f.kept)+1)
	for name, value := range f.kept {
		kept[name] = value
	}
	change(kept)
	text, err := json.Marshal(kept)
	if err != nil {
		return f.broken(err)
	}
	next := f.box
	if next.Secrets, err = seal(text, f.key.Recipient()); err != nil {
		return f.broken(err)
	}
	if err := f.write(next); err != nil {
		return f.broken(err)
	}
	f.box, f.kept = next, kept
	return nil
}

func (f *File) broken(err error) error {
	return &Error{State: Unavailable, Help: "the secrets file " + f.path + " cannot be used", Err: err}
}

// unlock reads the file once, or prepares a new one.
func (f *File) unlock() error {
	if f.key != nil {
		return nil
	}
	data, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return f.broken(err)
	}
	phrase, asked := f.passphrase()
	if asked != nil || phrase == "" {
		return &Error{State: Locked, Help: "the secrets file " + f.path + " needs its passphrase: name a file that holds it in WATCHKEEPER_PASSPHRASE_FILE", Err: asked}
	}
	if err != nil {
		return f.fresh(phrase)
	}
	return f.read(data, phrase)
}

func (f *File) fresh(phrase string) error {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return f.broken(err)
	}
	lock, err := age.NewScryptRecipient(phrase)
	if err != nil {
		return f.broken(err)
	}
	lock.SetWorkFactor(workFactor)
	sealed, err := seal([]byte(key.String()), lock)
	if err != nil {
		return f.broken(err)
	}
	f.box, f.key, f.kept = box{Key: sealed}, key, map[string]string{}
	return nil
}

func (f *File) read(data []byte, phrase string) error {
	var b box
	if err := json.Unmarshal(data, &b); err != nil {
		return f.broken(err)
	}
	lock, err := age.NewScryptIdentity(phrase)
	if err != nil {
		return f.broken(err)
	}
	text, err := unseal(b.Key, lock)
	if err != nil {
		return &Error{State: Locked, Help: "the passphrase does not open the secrets file " + f.path}
	}
	key, err := age.ParseX25519Identity(string(text))
	if err != nil {
		return f.broken(errors.New("its key is damaged"))
	}
	if text, err = unseal(b.Secrets, key); err != nil {
		return f.broken(err)
	}
	kept := map[string]string{}
	if err := json.Unmarshal(text, &kept); err != nil {
		return f.broken(errors.New("its content is damaged"))
	}
	f.box, f.key, f.kept = b, key, kept
	return nil
}

func seal(text []byte, to age.Recipient) (string, error) {
	var out bytes.Buffer
	wrap := armor.NewWriter(&out)
	w, err := age.Encrypt(wrap, to)
	if err != nil {
		return "", err
	}
	_, err = w.Write(text)
	err = errors.Join(err, w.Close(), wrap.Close()) // both write their ends
	return out.String(), err
}

func unseal(text string, with age.Identity) ([]byte, error) {
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader([]byte(text))), with)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// write replaces the file so that a power cut leaves the old or the new one.
func (f *File) write(b box) error {
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(f.path), ".secrets-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	if err := os.Rename(part.Name(), f.path); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	return flushFolder(filepath.Dir(f.path))
}

// flushFolder makes names within a folder durable; Windows does so by itself.
func flushFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
