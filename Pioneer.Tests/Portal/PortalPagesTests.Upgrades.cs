using Microsoft.Playwright;
using Pioneer.Tests.Stories;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Portal;

/// <summary>What a new version would change is seen before it is deployed, and before the way back.</summary>
public sealed partial class PortalPagesTests
{
    [Fact]
    public async Task Deploy_of_a_new_version_says_which_columns_differ_and_where_it_begins()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor/large-payments");
        await TypeAsync(person, "SELECT ACCOUNT_ID, BALANCE FROM BALANCES EMIT CHANGES;");
        await person.Button("Deploy…").ClickAsync();

        await Expect(person.Dialog.GetByText("reads acme.t.balances instead of acme.t.payments")).ToBeVisibleAsync();
        var differences = person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Columns that differ" });
        await Expect(differences.GetByRole(AriaRole.Row).Filter(new() { HasText = "AMOUNT" })).ToContainTextAsync("gone");
        await Expect(differences.GetByRole(AriaRole.Row).Filter(new() { HasText = "BALANCE" })).ToContainTextAsync("not there");
        await person.LooksGoodAsync("deploy-new-version");
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
    }

    [Fact]
    public async Task Statement_that_names_its_stream_is_deployed_under_that_name_and_the_dialog_says_where_delivery_begins()
    {
        var (person, _) = await SignedInAsync();
        await person.OpenAsync("/t/acme/editor");
        await TypeAsync(person, "CREATE STREAM NAMED_BY_TEXT AS SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;");
        await person.Button("Deploy…").ClickAsync();

        await Expect(person.Dialog.GetByLabel("Name")).ToHaveValueAsync("named-by-text");
        await Expect(person.Dialog.GetByText("Delivery begins with what comes after it was deployed")).ToBeVisibleAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show the plan" }).ClickAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy", Exact = true }).ClickAsync();
        await Expect(person.Heading("named-by-text v1")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Deploy_after_somebody_elses_shows_theirs_and_goes_on_with_it_in_sight()
    {
        var (person, _) = await SignedInAsync();
        var story = portal.Story;
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name = "two-people", sql = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;" });
        await person.OpenAsync("/t/acme/editor/two-people");
        await TypeAsync(person, "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 2 EMIT CHANGES;");
        await story.DoAsync(HttpMethod.Put, "tenants/acme/subscriptions/two-people", new { sql = "SELECT ID, AMOUNT FROM PAYMENTS WHERE AMOUNT > 1 EMIT CHANGES;" });
        await person.Button("Deploy…").ClickAsync();
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy", Exact = true }).ClickAsync();

        await Expect(person.Dialog.GetByText("it is at version 2")).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByRole(AriaRole.Region, new() { Name = "Difference to their version" })).ToContainTextAsync("AMOUNT > 1");
        await Expect(person.Dialog.GetByRole(AriaRole.Link, new() { Name = "All versions" })).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByText("two-people becomes version 3")).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Plan" })).ToContainTextAsync("ACME__TWO_PEOPLE_V3");
        await person.LooksGoodAsync("deploy-conflict");
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deploy over v2" }).ClickAsync();
        await Expect(person.Heading("two-people v3")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Roll_back_says_what_it_means_as_a_deployment_does()
    {
        var (person, _) = await SignedInAsync();
        var story = portal.Story;
        await story.DoAsync(HttpMethod.Post, "tenants/acme/subscriptions", new { name = "there-and-back", sql = "SELECT ID, AMOUNT FROM PAYMENTS EMIT CHANGES;" });
        await story.DoAsync(HttpMethod.Put, "tenants/acme/subscriptions/there-and-back", new { sql = "SELECT ID, AMOUNT, CURRENCY FROM PAYMENTS EMIT CHANGES;" });
        await person.OpenAsync("/t/acme/subscriptions/there-and-back/versions");
        await person.Button("Roll back…").ClickAsync();

        await Expect(person.Dialog.GetByText("there-and-back becomes version 3")).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByText("nothing is skipped and nothing is delivered twice")).ToBeVisibleAsync();
        await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Columns that differ" })).ToContainTextAsync("CURRENCY");
        await Expect(person.Dialog.GetByRole(AriaRole.Group, new() { Name = "Who reads it now" })).ToContainTextAsync("acme.reporting");
        await Expect(person.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("CURRENCY goes, and readers of the present version count on it");
        await Expect(person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back to v1" })).ToBeDisabledAsync();
        await person.LooksGoodAsync("roll-back");

        // the way out is a decision of its own
        await person.Dialog.GetByRole(AriaRole.Link, new() { Name = "Change the compatibility" }).ClickAsync();
        await person.Page.GetByLabel("Compatibility of new versions").SelectOptionAsync("None");
        await Expect(person.Page.GetByText("A new version may change anything.")).ToBeVisibleAsync();
        await person.OpenAsync("/t/acme/subscriptions/there-and-back/versions");
        await person.Button("Roll back…").ClickAsync();
        await Expect(person.Dialog.GetByRole(AriaRole.Table, new() { Name = "Plan" })).ToContainTextAsync("ACME__THERE_AND_BACK_V3");
        await person.Dialog.GetByRole(AriaRole.Button, new() { Name = "Roll back to v1" }).ClickAsync();
        await Expect(person.Heading("there-and-back v3")).ToBeVisibleAsync();
    }
}
