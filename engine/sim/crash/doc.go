// Package crash is for tests only: it plays scenarios in a home whose program
// dies anywhere, and compares what is left at the services with what a life
// that nothing ended would have left (S2, S3, S12, S13, R25–R27).
//
// Death is of two kinds. A kill leaves every byte that was written. A power
// cut leaves what was flushed and a random part of the rest: sectors, lengths
// and names each for themselves. Both are seen from below the shipped SQLite
// driver, whose files a Disk watches.
//
// It imports no part of the engine that decides. Read disk.go for what a disk
// may lose, mortal.go for how a program dies and comes back, trial.go for what
// is asked of a life, differ.go for what a death may change.
package crash
