using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pioneer.Tests.Stories;

/// <summary>What a person does in a window, in their words: things are found by role and label, and waited for.</summary>
internal sealed class BrowserPerson(IPage page)
{
    public IPage Page { get; } = page;

    /// <summary>A second window of the same person: signed in already.</summary>
    public async Task<BrowserPerson> OpenWindowAsync() => new(await Page.Context.NewPageAsync());

    public ILocator Main => Page.GetByRole(AriaRole.Main);

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Region(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    /// <summary>Links of the main navigation whose text has the item in it: a count may stand beside.</summary>
    public ILocator NavigationLink(string item) => Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = item });

    /// <summary>Opens an address and waits until the page answers to clicks.</summary>
    public async Task OpenAsync(string address)
    {
        await Page.GotoAsync(address);
        await InteractiveAsync();
    }

    /// <summary>A prerendered page looks ready before its circuit is there; the shell says when it is.</summary>
    public Task InteractiveAsync() => Page.Locator("html[data-interactive=true]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>
    /// Watches a part of the page for a text that may go again before anybody looks, such as a message or what a drill shows: looking again and again may
    /// miss it, being told of each change does not.
    /// </summary>
    public Task WatchForAsync(ILocator part, string text) => part.EvaluateAsync(
        """
        (part, text) => {
            const page = document.documentElement;
            page.removeAttribute('data-was-shown');
            new MutationObserver((_, watch) => {
                if (part.textContent.includes(text)) { page.toggleAttribute('data-was-shown', true); watch.disconnect(); }
            }).observe(part, { subtree: true, childList: true, characterData: true });
        }
        """, text);

    /// <summary>Waits until what was watched for has been there.</summary>
    public Task HasSeenAsync() => Page.Locator("html[data-was-shown]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>Uses the main navigation as a person does.</summary>
    public async Task NavigateAsync(string item, string heading)
    {
        await NavigationLink(item).First.ClickAsync();
        await Expect(Heading(heading)).ToBeVisibleAsync();
    }

    public async Task MakeFirstAdminAsync(string setupLink, string name, string email, string password)
    {
        await Page.GotoAsync(setupLink);
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Button("Make the account and sign in").ClickAsync();
    }

    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
        await InteractiveAsync();
    }
}
