using System.Text.RegularExpressions;
using Pioneer.Jobs.Delivery;
using Pioneer.Portal.Features.Delivery;
using Xunit;

namespace Pioneer.Tests.Delivery;

public sealed partial class ServerSentEventsSnippetTests
{
    [Fact]
    public void Id_in_the_example_names_every_partition_and_the_topic()
    {
        var snippet = ConnectionSnippets.ServerSentEvents("https://pioneer.bank.example/", "acme", "large");

        var id = Id().Match(snippet).Value;
        Assert.True(OffsetVector.TryParse(id, out var vector), id);
        Assert.Equal([0, 1, 2], vector.Next.Keys);
        Assert.NotNull(vector.TopicId);
        Assert.DoesNotContain("Last-Event-ID: 0:", snippet, StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9]+:[0-9]+,[^; ]+", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
