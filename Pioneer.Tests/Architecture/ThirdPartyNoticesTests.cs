using Xunit;

namespace Pioneer.Tests.Architecture;

/// <summary>Who builds on others says so: every package of the lock files stands in the notices, with its licence.</summary>
public sealed class ThirdPartyNoticesTests
{
    private static readonly string Notices = RepositoryFolder.Of("THIRD-PARTY-NOTICES.md");

    [Fact]
    public async Task Notices_say_what_the_lock_files_and_the_packages_say()
    {
        var text = ThirdPartyNotices.Write();
        if (Environment.GetEnvironmentVariable("PIONEER_WRITE_NOTICES") is "1")
        {
            await File.WriteAllTextAsync(Notices, text, TestContext.Current.CancellationToken);
        }

        var written = await File.ReadAllTextAsync(Notices, TestContext.Current.CancellationToken);
        Assert.NotEmpty(ThirdPartyNotices.All());
        Assert.All(ThirdPartyNotices.All(), package => Assert.Contains($"- {package.Name} {package.Version}: ", written, StringComparison.Ordinal));
        Assert.Equal(text, written);
    }

    [Fact]
    public void Every_licence_of_the_product_has_its_text() => Assert.Empty(ThirdPartyNotices.WithoutText());
}
