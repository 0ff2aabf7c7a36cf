using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Jdbc;
using Pioneer.Sources;
using Xunit;

namespace Pioneer.Tests.Embedded.ConnectWorker;

/// <summary>The worker itself reads no closed address: not from a connector that nobody registered, and not by a link that led elsewhere before.</summary>
public sealed class ClosedSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pioneer-closed-").FullName;
    private readonly JdbcSourceConnector _connector;

    public ClosedSourceTests()
    {
        Directory.CreateDirectory(Of("data"));
        _connector = new JdbcSourceConnector(
            SourceRules.None with { Folders = [Of("sources")], Hosts = ["db.bank.example"], ClosedFolders = [Of("data")] }, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public void Dispose() => TestFolder.Delete(_folder);

    [Theory]
    [InlineData("jdbc:sqlite:{0}/sources/bank.db", true)]
    [InlineData("jdbc:sqlite:{0}/sources/../data/pioneer.db", false)]
    [InlineData("jdbc:sqlite:{0}/data/pioneer.db", false)]
    [InlineData("jdbc:sqlite:{0}/data/not-there.db", false)]
    [InlineData("jdbc:sqlite:/proc/self/root{0}/data/pioneer.db", false)]
    [InlineData("jdbc:sqlite:/proc/self/cwd/..{0}/data/pioneer.db", false)]
    [InlineData("jdbc:sqlite:/var/run/..{0}/data/pioneer.db", false)]
    [InlineData("jdbc:sqlite:{0}/sources/./bank.db", false)]
    [InlineData("jdbc:postgresql://db.bank.example/bank?sslrootcert={0}/sources/../data/key.pem", false)]
    [InlineData("jdbc:sqlite:/etc/shadow", false)]
    [InlineData("jdbc:postgresql://db.bank.example/bank", true)]
    [InlineData("jdbc:postgresql://127.0.0.1/bank", false)]
    [InlineData("jdbc:postgresql://169.254.169.254/latest", false)]
    [InlineData("jdbc:postgresql://db.bank.example/bank?sslrootcert=/etc/shadow", false)]
    public void Connector_is_refused_by_the_same_rules_as_a_registration(string form, bool isOpen)
    {
        var config = Config(form.Replace("{0}", _folder, StringComparison.Ordinal));

        var problems = _connector.Validate(config);

        Assert.Equal(isOpen, problems.Count == 0);
        if (!isOpen)
        {
            Assert.Contains("may not be read by this installation", Assert.Single(problems).Message, StringComparison.Ordinal);
            Assert.Throws<ConnectConfigException>(() => _connector.CreateTask(config));
        }
    }

    [Fact]
    public async Task Task_of_a_source_whose_link_was_turned_to_a_closed_file_does_not_begin()
    {
        Directory.CreateDirectory(Of("sources"));
        var link = Of("sources", "bank.db");
        File.CreateSymbolicLink(link, Of("sources", "real.db"));
        await using (_connector.CreateTask(Config($"jdbc:sqlite:{link}")))
        {
            File.Delete(link);
        }

        File.CreateSymbolicLink(link, Of("data", "pioneer.db"));

        Assert.Throws<ConnectConfigException>(() => _connector.CreateTask(Config($"jdbc:sqlite:{link}")));
    }

    private string Of(params ReadOnlySpan<string> parts) => Path.Combine([_folder, .. parts]);

    private static Dictionary<string, string> Config(string url) => new()
    {
        ["connection.url"] = url, ["mode"] = "bulk", ["table.whitelist"] = "payments", ["topic.prefix"] = "acme.t.payments",
    };
}
