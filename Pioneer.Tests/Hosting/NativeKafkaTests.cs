using System.Text.Json;
using Confluent.Kafka;
using Pioneer.Kafka.Protocol.Client;
using Pioneer.Tests.Stories;
using Xunit;

namespace Pioneer.Tests.Hosting;

/// <summary>The native library under Confluent.Kafka is the package's own, whatever the machine has.</summary>
public sealed class NativeKafkaTests
{
    /// <summary>What Debian's kcat brings: an older release, which a machine with librdkafka-dev offers to everybody by this name.</summary>
    private const string OfTheSystem = "/usr/lib/x86_64-linux-gnu/librdkafka.so.1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Portal_takes_no_library_of_the_system()
    {
        Assert.SkipUnless(File.Exists(OfTheSystem), $"there is no {OfTheSystem} (apt-get install kcat)");
        var decoy = Directory.CreateTempSubdirectory("pioneer-decoy-").FullName;
        try
        {
            File.CreateSymbolicLink(Path.Combine(decoy, "librdkafka.so"), OfTheSystem);
            await using var portal = await PortalProcess.StartInAsync(new() { ["LD_LIBRARY_PATH"] = decoy }, PortalProcess.WithoutPlatform, Ct);

            var maps = await File.ReadAllTextAsync($"/proc/{portal.ProcessId}/maps", Ct);
            var loaded = maps.Split('\n').Where(line => line.Contains("rdkafka", StringComparison.Ordinal)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
                .Distinct();
            Assert.StartsWith(AppContext.BaseDirectory, Assert.Single(loaded), StringComparison.Ordinal);
        }
        finally
        {
            TestFolder.Delete(decoy);
        }
    }

    [Theory]
    [InlineData(0x021000ff, null)]
    [InlineData(0x020002ff, "librdkafka 2.0.2 is loaded")]
    [InlineData(0x021001ff, "librdkafka 2.16.1 is loaded")]
    public void Another_release_is_refused_with_its_number(int loaded, string? said)
    {
        var reason = NativeKafka.Mismatch(loaded, new Version(2, 16, 0, 0));

        if (said is null)
        {
            Assert.Null(reason);
        }
        else
        {
            Assert.StartsWith(said, reason, StringComparison.Ordinal);
            Assert.Contains("Confluent.Kafka 2.16.0 needs its own release", reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Client_has_the_version_of_the_package_with_its_library_and_that_is_what_runs_here()
    {
        await using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Pioneer.Portal.deps.json"));
        using var dependencies = await JsonDocument.ParseAsync(file, cancellationToken: Ct);
        var package = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Single(library => library.Name.StartsWith("librdkafka.redist/", StringComparison.Ordinal));

        Assert.Equal(package.Name["librdkafka.redist/".Length..], typeof(Library).Assembly.GetName().Version!.ToString(3));
        Assert.Null(NativeKafka.Refusal(typeof(Library).Assembly, () => Library.Version));
        Assert.StartsWith(AppContext.BaseDirectory, NativeKafka.LoadedFrom, StringComparison.Ordinal);
    }
}
