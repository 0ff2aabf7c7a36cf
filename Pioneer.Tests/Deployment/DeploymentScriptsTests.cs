using System.Runtime.Versioning;
using Xunit;

namespace Pioneer.Tests.Deployment;

/// <summary>What an operator runs before <c>docker compose up</c>.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DeploymentScriptsTests : IDisposable
{
    private readonly DeployFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_secret_gets_a_value_of_its_own_once_and_is_closed_to_others()
    {
        File.Copy(_folder.Of("deploy", "example.env"), _folder.Of(".env"));

        Assert.Equal(0, (await _folder.RunAsync("secrets.sh")).Code);
        var first = await File.ReadAllTextAsync(_folder.Of(".env"), Ct);
        var keys = await File.ReadAllBytesAsync(_folder.Of("deploy", "secrets", "keys.p12"), Ct);
        Assert.Equal(0, (await _folder.RunAsync("secrets.sh")).Code);

        Assert.Equal(first, await File.ReadAllTextAsync(_folder.Of(".env"), Ct));
        Assert.Equal(keys, await File.ReadAllBytesAsync(_folder.Of("deploy", "secrets", "keys.p12"), Ct));
        var values = first.Split('\n').Where(line => line.Contains("_PASSWORD=", StringComparison.Ordinal)).Select(line => line.Split('=')[1]).ToList();
        Assert.NotEmpty(values);
        Assert.Equal(values.Count, values.Distinct().Count());
        Assert.All(values, value => Assert.True(value.Length >= 40));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Of("deploy", "secrets")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Of(".env")));
        // what the portal reads is what the other side asks for
        var connect = await File.ReadAllTextAsync(_folder.Of("deploy", "secrets", "connect-password"), Ct);
        Assert.Equal($"portal: {connect}\n", await File.ReadAllTextAsync(_folder.Of("deploy", "secrets", "connect-users"), Ct));
    }

    [Theory]
    [InlineData("short-1A")]
    [InlineData("one that; breaks=a connection string")]
    public async Task Secret_that_would_be_something_else_where_it_is_written_is_refused_by_name(string value)
    {
        var example = await File.ReadAllTextAsync(_folder.Of("deploy", "example.env"), Ct);
        await File.WriteAllTextAsync(
            _folder.Of(".env"), example.Replace("PIONEER_DATABASE_PASSWORD=", $"PIONEER_DATABASE_PASSWORD={value}", StringComparison.Ordinal), Ct);

        var (code, said) = await _folder.RunAsync("secrets.sh");

        Assert.Equal(1, code);
        Assert.Contains("PIONEER_DATABASE_PASSWORD", said, StringComparison.Ordinal);
        Assert.DoesNotContain(value, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_are_pinned_to_what_the_registry_says_and_to_nothing_else()
    {
        // in the place of docker, which is not here: answers as 'buildx imagetools inspect' does
        var digest = $"sha256:{new string('a', 64)}";
        var registry = Directory.CreateDirectory(_folder.Of("bin")).FullName;
        await WriteProgramAsync($"echo {digest}");

        var pinned = await _folder.RunAsync("pin.sh", registry);
        var again = await _folder.RunAsync("pin.sh", registry);

        Assert.Equal((0, 0), (pinned.Code, again.Code));
        var images = (await File.ReadAllLinesAsync(_folder.Of("docker-compose.yml"), Ct)).Concat(await File.ReadAllLinesAsync(_folder.Of("Dockerfile"), Ct))
            .Select(line => line.Trim()).Where(line => line.StartsWith("image: ", StringComparison.Ordinal) || line.StartsWith("FROM ", StringComparison.Ordinal))
            .Where(line => !line.Contains("pioneer-", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Equal(1, image.Split($"@{digest}").Length - 1));

        await WriteProgramAsync("echo nothing");
        Assert.Equal(1, (await _folder.RunAsync("pin.sh", registry)).Code);

        async Task WriteProgramAsync(string line)
        {
            await File.WriteAllTextAsync(Path.Combine(registry, "docker"), $"#!/bin/bash\n{line}\n", Ct);
            File.SetUnixFileMode(Path.Combine(registry, "docker"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
