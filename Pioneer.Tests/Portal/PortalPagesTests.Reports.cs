using System.Net;
using System.Text.Json;
using Xunit;

namespace Pioneer.Tests.Portal;

/// <summary>Reports for programs: what the page shows, to whoever may see it.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Reports_are_downloaded_as_json_by_who_may_see_the_page_with_time_and_maker()
    {
        var (person, _) = await SignedInAsync();
        foreach (var (page, kind) in new[]
        {
            ("/recovery", "status"), ($"/recovery/runs/{portal.PlaybookRun}", "playbook-run"), ($"/t/acme/seeds/runs/{portal.SeedRun}", "seed-run"),
        })
        {
            var answer = await person.Page.APIRequest.GetAsync($"{page}/report.json");

            Assert.True(answer.Ok, $"{page}: {answer.Status}");
            Assert.Contains("attachment", answer.Headers["content-disposition"], StringComparison.Ordinal);
            using var json = JsonDocument.Parse(await answer.BodyAsync());
            Assert.Equal(kind, json.RootElement.GetProperty("kind").GetString());
            Assert.NotEmpty(json.RootElement.GetProperty("madeBy").GetString()!);
            Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("report").ValueKind);
        }

        Assert.Equal((int)HttpStatusCode.NotFound, (await person.Page.APIRequest.GetAsync($"/t/globex/seeds/runs/{portal.SeedRun}/report.json")).Status);
        Assert.Equal((int)HttpStatusCode.NotFound, (await person.Page.APIRequest.GetAsync($"/recovery/incidents/{Guid.NewGuid()}/report.json")).Status);
    }
}
