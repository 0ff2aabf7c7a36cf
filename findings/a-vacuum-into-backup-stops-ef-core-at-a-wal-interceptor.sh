#!/usr/bin/env bash
# EF Core 10 on SQLite: with the usual interceptor that sets PRAGMA journal_mode=WAL, a database that was restored from VACUUM INTO does not start; the original
# and a copy by the backup API do.
#
# What one would expect: VACUUM INTO writes a sound copy of a live database (it is SQLite's own advice for that), so a program that starts on the original starts on
# the copy. An interceptor that turns write-ahead logging on is harmless: where it is on the PRAGMA does nothing.
#
# What happens: the journal mode is a property of the file, and VACUUM INTO makes its file without write-ahead logging, whatever the original has; the backup API
# copies it with the pages. EF Core's database creator (EnsureCreated and Migrate both ask it) looks whether there is a database on a connection of its own that may only
# read, and runs the application's interceptors on it: there the PRAGMA has something to change, and fails with SQLite error 8. On a new file and on
# the original that never shows, so it is met first on the day of a restore.
#
# What it means: a restore drill that copies files passes, the backup itself does not start. Set the mode only where Mode is not ReadOnly, or set it once after the
# migration; for a copy that is made already, 'PRAGMA journal_mode=WAL' by hand is the way out.
#
# Versions: Microsoft.EntityFrameworkCore.Sqlite 10.0.14 (SQLitePCLRaw as it brings it). Needs the .NET 10 SDK.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > restore.cs <<'CS'
#:package Microsoft.EntityFrameworkCore.Sqlite@10.0.14
#:property PublishAot=false
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

Start("original.db");
Start("original.db");
using (var connection = new SqliteConnection("Data Source=original.db;Pooling=False"))
{
    connection.Open();
    using var vacuum = connection.CreateCommand();
    vacuum.CommandText = "VACUUM INTO 'vacuumed.db'";
    vacuum.ExecuteNonQuery();
    using var copy = new SqliteConnection("Data Source=backed-up.db;Pooling=False");
    copy.Open();
    connection.BackupDatabase(copy);
}

Start("backed-up.db");
Start("vacuumed.db");

static void Start(string file)
{
    var mode = File.Exists(file) ? Mode(file) : "new";
    using var ledger = new Ledger(file);
    try
    {
        ledger.Database.EnsureCreated();
        Console.WriteLine($"{file} ({mode}): starts");
    }
    catch (SqliteException refused)
    {
        Console.WriteLine($"{file} ({mode}): error {refused.SqliteErrorCode}");
    }
}

// bytes 18 and 19 of the head: 1 for a rollback journal, 2 for write-ahead logging
static string Mode(string file)
{
    using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    stream.Position = 18;
    return stream.ReadByte() == 2 ? "wal" : "delete";
}

sealed class Ledger(string file) : DbContext
{
    public DbSet<Booking> Bookings => Set<Booking>();

    protected override void OnConfiguring(DbContextOptionsBuilder options) =>
        options.UseSqlite($"Data Source={file};Pooling=False").AddInterceptors(new WriteAhead());
}

sealed class Booking
{
    public int Id { get; set; }
}

sealed class WriteAhead : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData data)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL";
        command.ExecuteNonQuery();
    }
}
CS
seen=$(dotnet run restore.cs 2> errors.log) || { cat errors.log; exit 1; }
printf '%s\n' "$seen"
[ "$seen" = "original.db (new): starts
original.db (wal): starts
backed-up.db (wal): starts
vacuumed.db (delete): error 8" ] || { echo "changed: see above"; exit 1; }
echo "as described: only the copy by VACUUM INTO is refused"
# seen on 2026-11-29:
#   original.db (new): starts
#   original.db (wal): starts
#   backed-up.db (wal): starts
#   vacuumed.db (delete): error 8
