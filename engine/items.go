package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// digested are a read's items with their digests: names, numbers and ids, for
// seasons and episodes also those of their show.
type digested struct {
	whole string   // of all items, in any order
	each  []uint64 // in the order of the items
}

func digestItems(items []media.Item) digested {
	d := digested{each: make([]uint64, len(items))}
	shows := map[string]uint64{}
	var sum [sha256.Size]byte
	var buf []byte
	for i, item := range items {
		buf = appendItem(buf[:0], item)
		one := sha256.Sum256(buf)
		for k := range sum {
			sum[k] ^= one[k]
		}
		d.each[i] = binary.LittleEndian.Uint64(one[:])
		if item.Kind == media.Show {
			shows[item.Key] = d.each[i]
		}
	}
	for i, item := range items {
		if item.ShowKey != "" {
			d.each[i] += 3 * shows[item.ShowKey]
		}
	}
	d.whole = hex.EncodeToString(sum[:16])
	return d
}

func appendItem(buf []byte, item media.Item) []byte {
	for _, s := range [...]string{item.Key, item.Title, item.OriginalTitle, item.ShowKey, item.ShowTitle} {
		buf = appendText(buf, s)
	}
	for _, n := range [...]int64{int64(item.Kind), int64(item.Year), item.RuntimeMS, int64(item.Season), int64(item.Number)} {
		buf = binary.AppendVarint(buf, n)
	}
	for _, t := range item.Tokens {
		season, number, _ := t.Numbered()
		buf = appendText(appendText(append(buf, byte(t.Kind)), string(t.Namespace)), t.ID)
		buf = binary.AppendVarint(binary.AppendVarint(buf, int64(season)), int64(number))
	}
	return buf
}

func appendText(buf []byte, s string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(s))), s...)
}

// buckets are digests of an account's items by a hash of their keys: of what
// they said of themselves when they were last resolved. 0: not resolved.
type buckets []uint64

// bucketItems is about how many items share a bucket.
const bucketItems = 8

// bucketsFor gives a list of the length of the stored one unless the account
// has outgrown that.
func bucketsFor(items int, stored buckets) buckets {
	n := 16
	for n*bucketItems < items {
		n *= 2
	}
	if n <= 2*len(stored) {
		n = len(stored)
	}
	return make(buckets, n)
}

func (b buckets) of(key string) int { return int(crc32.ChecksumIEEE([]byte(key))) & (len(b) - 1) }

// resolved tells what of a read was resolved before, as it is now.
type resolved struct {
	stored, now buckets
}

func compareBuckets(items []media.Item, d digested, stored buckets) resolved {
	r := resolved{stored, bucketsFor(len(items), stored)}
	if len(r.now) != len(stored) {
		r.stored = make(buckets, len(r.now))
	}
	for i, item := range items {
		r.now[r.now.of(item.Key)] += d.each[i]
	}
	return r
}

func (r resolved) same(key string) bool {
	b := r.now.of(key)
	return r.now[b] == r.stored[b]
}

// after is what to store once items are linked to works. A bucket with an item
// that is not linked counts as unknown; one that lists nothing
// keeps what it was, for a read need not list everything.
func (r resolved) after(items []media.Item, done map[string]media.WorkID) (next buckets, changed bool) {
	next = make(buckets, len(r.now))
	listed := make([]bool, len(r.now))
	copy(next, r.now)
	for _, item := range items {
		b := next.of(item.Key)
		listed[b] = true
		if done[item.Key] == 0 && r.now[b] != r.stored[b] {
			next[b] = 0
		}
	}
	for b := range next {
		if !listed[b] {
			next[b] = r.stored[b]
		}
		changed = changed || next[b] != r.stored[b]
	}
	return next, changed
}

// listed are the items of an account's trusted views with what is known of
// them.
type listed struct {
	items  []media.Item
	links  map[string]media.WorkID
	before resolved
	writes writes
}

// toResolve are the items that must be resolved: those that nothing links yet,
// that are in doubt, that show what was written, or that may say something new
// of themselves, with their shows. All are where works are frozen or the
// account has a first look.
func (s *sight) toResolve(l listed) []media.Item {
	doubtful := s.doubtful()
	if doubtful == nil {
		return l.items
	}
	written := map[media.WorkID]bool{0: true}
	for _, w := range l.writes.items {
		written[w.Work] = true
	}
	wanted := map[string]bool{}
	for _, item := range l.items {
		if written[l.links[item.Key]] || doubtful[item.Key] || !l.before.same(item.Key) {
			wanted[item.Key] = true
			if item.ShowKey != "" {
				wanted[item.ShowKey] = true
			}
		}
	}
	var out []media.Item
	for _, item := range l.items {
		if wanted[item.Key] {
			out = append(out, item)
		}
	}
	return out
}

// doubtful are the native keys that identity lists for a person; nil when every
// item is.
func (s *sight) doubtful() map[string]bool {
	for _, g := range s.views {
		if g != nil && g.trusted && g.verdict.FirstLook {
			return nil
		}
	}
	if len(s.findings.frozen) > 0 {
		return nil
	}
	keys := s.findings.listed(s.account.ID)
	for _, c := range s.findings.conflicts {
		if c.Account == s.account.ID {
			keys[c.Key] = true
		}
	}
	return keys
}

// works are those of the items, as linked before and as resolved now.
func (l listed) works(fresh []media.Item, of map[string]media.WorkID) map[string]media.WorkID {
	works := make(map[string]media.WorkID, len(l.items))
	for _, item := range l.items {
		if w := l.links[item.Key]; w != 0 {
			works[item.Key] = w
		}
	}
	for _, item := range fresh {
		delete(works, item.Key)
	}
	for key, w := range of {
		works[key] = w
	}
	return works
}

// linksByKey are an account's links by native key.
func linksByKey(links []ledger.Link) map[string]media.WorkID {
	works := make(map[string]media.WorkID, len(links))
	for _, l := range links {
		works[l.Key] = l.Work
	}
	return works
}
