using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Sources;

/// <summary>Typed addresses are read once, into parts and options out of a list.</summary>
public sealed class SourceAddressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-addresses-").FullName;

    public void Dispose() => TestFolder.Delete(_folder);

    [Theory]
    [InlineData("jdbc:postgresql://db/bank", "jdbc:postgresql://db:5432/bank?sslmode=verify-full")]
    [InlineData("JDBC:PostgreSQL://db:6432/bank?sslmode=Require", "jdbc:postgresql://db:6432/bank?sslmode=require")]
    [InlineData("jdbc:postgresql://127.0.0.1/bank", "jdbc:postgresql://127.0.0.1:5432/bank")]
    [InlineData("jdbc:postgresql://[::1]:5433/bank", "jdbc:postgresql://[::1]:5433/bank")]
    [InlineData("jdbc:postgresql://localhost/my%20bank?currentschema=core", "jdbc:postgresql://localhost:5432/my%20bank?currentSchema=core")]
    [InlineData("jdbc:postgresql://localhost/b?options=-c%20statement_timeout%3D60000", "jdbc:postgresql://localhost:5432/b?options=-c%20statement_timeout%3D60000")]
    [InlineData("jdbc:sqlite:/data/bank.db", "jdbc:sqlite:/data/bank.db")]
    [InlineData("jdbc:sqlite:/data/bank.db?date_class=integer", "jdbc:sqlite:/data/bank.db")]
    [InlineData("jdbc:sqlite:/data/bank.db?date_class=TEXT", "jdbc:sqlite:/data/bank.db?date_class=TEXT&date_string_format=yyyy-MM-dd%20HH%3Amm%3Ass.SSS")]
    public void Address_is_written_with_every_default_that_drivers_disagree_on(string url, string jdbc)
    {
        Assert.True(SourceAddress.TryParse(url, out var address, out _));
        Assert.Equal(jdbc, address.Jdbc);
        Assert.True(SourceAddress.TryParse(address.Jdbc, out var again, out _));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("jdbc:postgresql://bob:hunter2@host/x", "ConnectionUrlHoldsSecret")]
    [InlineData("jdbc:postgresql://bob@host/x", "ConnectionUrlHoldsSecret")]
    [InlineData("jdbc:postgresql://host/x?password=y", "ConnectionUrlHoldsSecret")]
    [InlineData("jdbc:postgresql://host/x?USER=y", "ConnectionUrlHoldsSecret")]
    [InlineData("jdbc:postgresql://host/x?p%61ssword=y", "ConnectionUrlHoldsSecret")]
    [InlineData("jdbc:postgresql://host/x?socketFactory=a.B", "ConnectionOptionUnknown")]
    [InlineData("jdbc:postgresql://host/x?loggerFile=/etc/x", "ConnectionOptionUnknown")]
    [InlineData("jdbc:postgresql://host/x?sslmode=verify-ful", "ConnectionOptionMalformed")]
    [InlineData("jdbc:postgresql://host/x?sslmode=", "ConnectionOptionMalformed")]
    [InlineData("jdbc:postgresql://host/x?options=-c%20session_replication_role%3Dreplica", "ConnectionOptionMalformed")]
    [InlineData("jdbc:postgresql://host/x?sslmode=require&SSLMODE=disable", "ConnectionOptionTwice")]
    [InlineData("jdbc:postgresql://host:99999/x", "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql://host1,host2/x", "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql://host/", "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql:x", "ConnectionUrlMalformed")]
    [InlineData("jdbc:postgresql://host/x\n", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlserver://host:1433;databaseName=x", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlite:", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlite::memory:", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlite:bank.db", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlite:file:/data/bank.db", "ConnectionUrlMalformed")]
    [InlineData("jdbc:sqlite:/data/bank.db?mode=rw", "ConnectionOptionUnknown")]
    [InlineData("jdbc:sqlite:/data/bank.db?date_class=REAL", "ConnectionOptionMalformed")]
    [InlineData("jdbc:sqlite:/data/bank.db?date_class=TEXT&date_string_format=dd.MM.yyyy", "ConnectionOptionMalformed")]
    [InlineData(null, "ConnectionUrlMalformed")]
    public void Address_that_cannot_be_used_says_why(string? url, string code)
    {
        Assert.False(SourceAddress.TryParse(url, out _, out var problem));
        Assert.Equal(code, problem.Code);
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Products_own_files_are_closed_however_they_are_reached()
    {
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        Directory.CreateDirectory(Path.Combine(data, "demo"));
        File.CreateSymbolicLink(Path.Combine(_folder, "link.db"), Path.Combine(data, "pioneer.db"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "other"), data);
        var rules = SourceRules.None with { ClosedFolders = [data], OpenFolders = [Path.Combine(data, "demo")] };

        Assert.Equal("ConnectionUrlClosed", Check(Path.Combine(data, "pioneer.db")));
        Assert.Equal("ConnectionUrlClosed", Check(Path.Combine(data, "not-there.db")));
        Assert.Equal("ConnectionUrlClosed", Check(Path.Combine(_folder, "x", "..", "data", "pioneer.db")));
        Assert.Equal("ConnectionUrlClosed", Check(Path.Combine(_folder, "link.db")));
        Assert.Equal("ConnectionUrlClosed", Check(Path.Combine(_folder, "other", "pioneer.db")));
        Assert.Null(Check(Path.Combine(data, "demo", "bank.db")));
        Assert.Null(Check(Path.Combine(_folder, "data.db")));
        Assert.Null(Check(Path.Combine(_folder, "data2", "x.db")));

        string? Check(string file) => rules.Check(new SqliteAddress(file, null))?.Code;
    }

    [Fact]
    public void Lists_of_folders_and_hosts_close_everything_else()
    {
        var rules = SourceRules.None with { Folders = [_folder], Hosts = ["db.bank.example"] };

        Assert.Null(rules.Check(new SqliteAddress(Path.Combine(_folder, "a.db"), null)));
        Assert.NotNull(rules.Check(new SqliteAddress("/elsewhere/a.db", null)));
        Assert.Null(Host("jdbc:postgresql://DB.bank.example/x"));
        Assert.NotNull(Host("jdbc:postgresql://127.0.0.1/x"));
        Assert.NotNull(Host("jdbc:postgresql://db.bank.example/x?sslrootcert=/etc/shadow"));

        AddressProblem? Host(string url) => SourceAddress.TryParse(url, out var address, out _) ? rules.Check(address) : throw new ArgumentException(url);
    }
}
