// Package store keeps what the server knows in SQL: SQLite where nothing is
// configured, PostgreSQL where several machines share one database.
//
// What belongs here: migrations, statements, transactions, retries. What does
// not: rules. Every statement is common SQL that both databases run unchanged:
// times are BIGINT Unix seconds, hashes are blobs, ids are text.
package store
